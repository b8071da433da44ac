import {
  createRequestRandom,
  type Distribution,
  type Drafter,
  type ForwardResult,
  type LanguageModel,
  type LogitsTransform,
  type Sequence,
} from '@foretoken/core';
import type { Prefix } from './choose-prefixes.js';
import { commonLength } from './common-length.js';
import type { ContinuationNode } from './continuation-tree.js';
import { type TokenOrder, type TokenPlace, tokenPlaces } from './token-place.js';

/**
 * The law that continuations must follow: the target's distribution after a history from a pass over the last token
 * alone, and the drafter's after the same history. The drafter is asked afresh, with a budget of one token and
 * nothing but the history: an order of tokens that depended on the drafts actually used would not be uniform under block
 * verification, where a token's acceptance depends on later drafts.
 */
export class LawReader {
  readonly #rows: LanguageModel;
  readonly #drafter: Drafter;
  readonly #transform: LogitsTransform;
  readonly #prefixes: readonly Prefix[];
  readonly #random = createRequestRandom({ seed: 0 });
  #sequence: Sequence | undefined;
  /** What the sequence holds. */
  #tokens: readonly number[] = [];

  /**
   * @param rows a model of `createReusedRows` over the audited target.
   * @param drafter of the audited kind, which serves nothing else.
   * @param prefixes that histories begin with.
   */
  constructor(
    rows: LanguageModel,
    drafter: Drafter,
    transform: LogitsTransform,
    prefixes: readonly Prefix[],
  ) {
    this.#rows = rows;
    this.#drafter = drafter;
    this.#transform = transform;
    this.#prefixes = prefixes;
  }

  /** Places of a token after a history, worked out once. O(vocabulary) the first time. */
  async places(node: ContinuationNode, token: number): Promise<Readonly<Record<TokenOrder, TokenPlace>>> {
    let places = node.places.get(token);
    if (places === undefined) {
      const draft = await this.#draft(node.history);
      places = tokenPlaces(await this.target(node.history), draft, token);
      node.places.set(token, places);
    }
    return places;
  }

  /** The target's distribution after a history; valid until the next call. */
  async target(history: readonly number[]): Promise<Distribution> {
    this.#sequence ??= this.#rows.createSequence();
    const sequence = this.#sequence;
    const shared = Math.min(commonLength(this.#tokens, history), history.length - 1);
    sequence.doRollback(shared);
    const tokens = history.slice(shared);
    const [result] = await this.#rows.forward([{ sequence, tokens, rows: 'last' }]);
    this.#tokens = history;
    return this.#transform.apply((result as ForwardResult).logits.read(0), history, 0);
  }

  /** What the drafter would draw the next token from; undefined where it proposes nothing. */
  async #draft(tokens: readonly number[]): Promise<Distribution | undefined> {
    const { distributions } = await this.#drafter.propose(
      {
        tokens,
        promptLength: tokens.length,
        transform: this.#transform,
        random: this.#random.round(tokens.length),
        targetHiddenRows: await this.#hiddenStates(tokens),
        shouldStop: undefined,
        signal: undefined,
      },
      { maximumTokens: 1, maximumLeaves: 1 },
    );
    return distributions[0];
  }

  /** Of all tokens of a history but the last, for a drafter that needs them. */
  async #hiddenStates(history: readonly number[]): Promise<readonly Float32Array[] | undefined> {
    if (this.#drafter.needsHiddenStates !== true) return undefined;
    const prefix = this.#prefixes.find(({ tokens }) => commonLength(tokens, history) === tokens.length);
    const known = prefix?.hiddenStates ?? [];
    const tokens = history.slice(0, -1);
    const rows = [...tokens.keys()].slice(known.length);
    if (rows.length === 0) return known;
    const sequence = this.#rows.createSequence();
    const [result] = await this.#rows.forward([{ sequence, tokens, rows, hiddenStates: true }]);
    sequence.close();
    return [...known, ...(result?.hiddenStates ?? [])];
  }

  async close(): Promise<void> {
    this.#sequence?.close();
    await this.#drafter.close();
  }
}
