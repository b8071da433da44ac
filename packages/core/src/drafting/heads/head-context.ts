import type { HiddenStates } from '../../contract/drafter.js';
import type { ForwardResult } from '../../contract/forward.js';
import type { HeadModel, HeadRequest, HeadSequence } from '../../contract/head-model.js';
import { commonLength } from '../common-length.js';

/** The target's hidden state of one token. */
interface HiddenState {
  readonly position: number;
  readonly row: Float32Array;
}

/**
 * What a head has read of the committed text, kept in step with it whatever was committed: the entries of step 0, one
 * for every position whose hidden state the target has given, made of that state and the token after it (EAGLE,
 * 2401.15077, figure 6). Where states are unknown, because the target had read the tokens before this drafter came,
 * the entries have gaps. The head's own steps come behind these entries and are dropped after a draft.
 */
export class HeadContext {
  readonly #head: HeadModel;
  #sequence: HeadSequence | undefined;
  /** The tokens that the entries and the last row were made with. */
  readonly #tokens: number[] = [];
  /** Positions of the entries, ascending. */
  readonly #positions: number[] = [];
  /** The latest hidden state: where a text is drafted for again, the target does not give it again. */
  #last: HiddenState | undefined;
  /** States without an entry yet, behind the entries, ascending: a pass makes many entries at once. */
  readonly #waiting: HiddenState[] = [];
  /** Of the last step. */
  #feature: Float32Array | undefined;

  constructor(head: HeadModel) {
    this.#head = head;
  }

  /** Takes hidden states that no draft begins at. */
  async read({ tokens, start, rows }: HiddenStates, signal: AbortSignal | undefined): Promise<void> {
    this.#comeInStep(tokens);
    this.#take(start, rows);
    if (this.#waiting.length >= this.#head.maximumPassEntries)
      await this.#makeEntries(tokens, tokens.length, signal);
  }

  /**
   * Whether a draft can begin: takes what is new.
   *
   * @param rows as for `begin`.
   */
  canBegin(tokens: readonly number[], rows: readonly Float32Array[]): boolean {
    this.#comeInStep(tokens);
    const position = tokens.length - 2;
    this.#take(position - rows.length + 1, rows);
    return this.#last?.position === position;
  }

  /**
   * Step 0 of a draft: reads what is new, the last hidden state in any case.
   *
   * @param rows hidden states that end with that of the last committed token but one.
   * @returns logits of the token after the committed ones; undefined where that hidden state is not known.
   */
  async begin(
    tokens: readonly number[],
    rows: readonly Float32Array[],
    signal: AbortSignal | undefined,
  ): Promise<ForwardResult | undefined> {
    if (!this.canBegin(tokens, rows)) return undefined;
    const { position, row } = this.#last as HiddenState;
    await this.#makeEntries(tokens, position, signal);
    // Its entry is made again, for its logits are what is wanted.
    if (this.#positions.at(-1) === position) this.#keepEntries(this.#positions.length - 1);
    const result = await this.#forward(
      {
        tokens: [tokens[position + 1] as number],
        features: [row],
        featuresOf: 'target',
        positions: [position],
        rows: 'last',
      },
      signal,
    );
    if (this.#head.attends) this.#positions.push(position);
    this.#waiting.length = 0;
    return result;
  }

  /** The next step of the draft, with the token that was drafted last. */
  async step(token: number, position: number, signal: AbortSignal | undefined): Promise<ForwardResult> {
    return this.steps({ tokens: [token], features: [this.feature], positions: [position] }, signal);
  }

  /** Later steps of the draft, a chain or a tree; the rows of all. */
  async steps(
    request: Omit<HeadRequest, 'featuresOf' | 'rows'>,
    signal: AbortSignal | undefined,
  ): Promise<ForwardResult> {
    return this.#forward({ ...request, featuresOf: 'head', rows: 'all' }, signal);
  }

  /** The feature of the step after the last one. */
  get feature(): Float32Array {
    return this.#feature as Float32Array;
  }

  /** Drops the entries of the draft's own steps. */
  dropSteps(): void {
    this.#feature = undefined;
    this.keepSteps(0);
  }

  /** Drops the entries of the draft's own steps after the first `count`. */
  keepSteps(count: number): void {
    const length = this.#positions.length + count;
    if (this.#sequence !== undefined && this.#sequence.length > length) this.#sequence.doRollback(length);
  }

  close(): void {
    this.#sequence?.close();
    this.#sequence = undefined;
  }

  /** Drops what was made with other tokens than the committed ones. */
  #comeInStep(tokens: readonly number[]): void {
    const common = commonLength(this.#tokens, tokens);
    // An entry needs its position's token and the next.
    const kept = this.#positions.findIndex((position) => position + 1 >= common);
    if (kept >= 0) this.#keepEntries(kept);
    // A hidden state needs the tokens up to its own.
    if (this.#last !== undefined && this.#last.position >= common) this.#last = undefined;
    const lost = this.#waiting.findIndex(({ position }) => position >= common);
    if (lost >= 0) this.#waiting.length = lost;
    this.#tokens.length = common;
    for (let at = common; at < tokens.length; at++) this.#tokens.push(tokens[at] as number);
  }

  /** Keeps what is new of the hidden states of successive tokens. */
  #take(start: number, rows: readonly Float32Array[]): void {
    const last = rows.at(-1);
    if (last === undefined) return;
    this.#last = { position: start + rows.length - 1, row: last };
    if (!this.#head.attends) return;
    for (const [index, row] of rows.entries()) {
      const position = start + index;
      const behind = this.#waiting.at(-1)?.position ?? this.#positions.at(-1) ?? -1;
      if (position > behind && position < this.#head.contextLength) this.#waiting.push({ position, row });
    }
  }

  /** Makes the entries that are missing of positions below `end`, in portions. */
  async #makeEntries(tokens: readonly number[], end: number, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const first = this.#waiting.slice(0, this.#head.maximumPassEntries);
      const part = first.filter(({ position }) => position < end);
      if (part.length === 0) return;
      const positions = part.map(({ position }) => position);
      await this.#forward(
        {
          tokens: positions.map((position) => tokens[position + 1] as number),
          features: part.map(({ row }) => row),
          featuresOf: 'target',
          positions,
          rows: 'none',
        },
        signal,
      );
      this.#positions.push(...positions);
      this.#waiting.splice(0, part.length);
    }
  }

  async #forward(request: HeadRequest, signal: AbortSignal | undefined): Promise<ForwardResult> {
    this.#sequence ??= this.#head.createSequence();
    const result = await this.#sequence.forward(request, { signal });
    // The pass owns its rows.
    this.#feature = result.hiddenStates?.at(-1)?.slice();
    return result;
  }

  #keepEntries(count: number): void {
    this.#positions.length = count;
    this.#sequence?.doRollback(count);
  }
}
