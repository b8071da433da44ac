import type { HiddenStates } from '../../contract/drafter.js';
import type { ForwardResult } from '../../contract/forward.js';
import type { HeadModel, HeadRequest, HeadSequence } from '../../contract/head-model.js';
import { commonLength } from '../common-length.js';

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
  #last: { readonly position: number; readonly row: Float32Array } | undefined;
  /** Of the last step. */
  #feature: Float32Array | undefined;

  constructor(head: HeadModel) {
    this.#head = head;
  }

  /** Makes entries of hidden states that no draft begins at. */
  async read({ tokens, start, rows }: HiddenStates, signal: AbortSignal | undefined): Promise<void> {
    this.#comeInStep(tokens);
    await this.#readRows(tokens, start, rows, signal);
    this.#keepLast(start + rows.length - 1, rows.at(-1));
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
    this.#comeInStep(tokens);
    const position = tokens.length - 2;
    this.#keepLast(position, rows.at(-1));
    if (this.#last?.position !== position) return undefined;
    const { row } = this.#last;
    if (this.#head.attends) {
      await this.#readRows(tokens, position - rows.length + 1, rows.slice(0, -1), signal);
      // Its entry is made again, for its logits are what is wanted.
      if (this.#positions.at(-1) === position) this.#keepEntries(this.#positions.length - 1);
    }
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
    return result;
  }

  /** The next step of the draft, with the token that was drafted last. */
  async step(token: number, position: number, signal: AbortSignal | undefined): Promise<ForwardResult> {
    const features = [this.#feature as Float32Array];
    return this.#forward(
      { tokens: [token], features, featuresOf: 'head', positions: [position], rows: 'last' },
      signal,
    );
  }

  /** Drops the entries of the draft's own steps. */
  dropSteps(): void {
    this.#feature = undefined;
    if (this.#sequence !== undefined && this.#sequence.length > this.#positions.length) {
      this.#sequence.doRollback(this.#positions.length);
    }
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
    this.#tokens.length = common;
    for (let at = common; at < tokens.length; at++) this.#tokens.push(tokens[at] as number);
  }

  /** Makes the entries that are still missing, in portions. */
  async #readRows(
    tokens: readonly number[],
    start: number,
    rows: readonly Float32Array[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { contextLength, maximumPassEntries } = this.#head;
    const end = Math.min(start + rows.length, contextLength);
    for (let from = Math.max(start, (this.#positions.at(-1) ?? -1) + 1); from < end; ) {
      const count = Math.min(end - from, maximumPassEntries);
      const positions = Array.from({ length: count }, (_, index) => from + index);
      await this.#forward(
        {
          tokens: tokens.slice(from + 1, from + 1 + count),
          features: rows.slice(from - start, from - start + count),
          featuresOf: 'target',
          positions,
          rows: 'none',
        },
        signal,
      );
      this.#positions.push(...positions);
      from += count;
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

  #keepLast(position: number, row: Float32Array | undefined): void {
    if (row !== undefined) this.#last = { position, row };
  }
}
