import type { LawResult } from '../../law/law-result.js';
import type { Draw, DrawnToken } from '../draw-source.js';
import type { ReportedLaw } from '../reported-law.js';
import { type FirstTokenLaw, FirstTokenWatch } from './first-token-watch.js';
import { HistoryCounts } from './history-counts.js';
import { type HistoryResult, testHistories } from './history-test.js';
import { PlaceWatch } from './place-watch.js';
import { type RankResult, RankWatch } from './rank-watch.js';
import { tokenPlace } from './token-place.js';
import { findWorstToken, type WorstToken } from './worst-token.js';

/** Everything that was seen in samples held against reported probabilities. */
export interface SampleResults {
  readonly firstToken: FirstTokenLaw;
  /** Joint law of the first one, two, ... tokens. */
  readonly places: readonly LawResult[];
  readonly ranks: readonly RankResult[];
  readonly histories: readonly HistoryResult[];
  readonly worstTokens: readonly WorstToken[];
}

/** Bounds that "equivalent" rests on: the first token by prompt, the joint law of all tokens, and the share left out. */
const boundCount = 3;

/** Of every single bound, so that all hold together with the wanted confidence. */
export function boundConfidence(confidence: number): number {
  return 1 - (1 - confidence) / boundCount;
}

/** All watches of one audit; every partition is fixed before the first draw. */
export class SampleWatches {
  readonly #firstToken: FirstTokenWatch;
  readonly #places: readonly PlaceWatch[];
  readonly #ranks: readonly RankWatch[];
  readonly #histories: readonly HistoryCounts[];
  readonly #boundConfidence: number;

  /** @param laws of the first token, by prompt. */
  constructor(
    laws: readonly ReportedLaw[],
    options: { readonly tokens: number; readonly draws: number; readonly confidence: number },
  ) {
    this.#boundConfidence = boundConfidence(options.confidence);
    const watched = { planned: options.draws, confidence: this.#boundConfidence };
    const positions = Array.from({ length: options.tokens }, (_, index) => index + 1);
    this.#firstToken = new FirstTokenWatch(laws, watched);
    this.#places = positions.map((position) => new PlaceWatch(position, watched));
    this.#ranks = positions.map((position) => new RankWatch(position));
    this.#histories = positions.map((position) => new HistoryCounts(position));
  }

  /** @param laws reported for each token of the draw, [tokens]. */
  observe(
    prompt: number,
    { tokens = [] }: Draw,
    laws: readonly ReportedLaw[],
    uniforms: readonly number[],
  ): void {
    this.#firstToken.observe(prompt, (tokens[0] as DrawnToken).key);
    const places = tokens.map(({ key }, index) =>
      tokenPlace(laws[index] as ReportedLaw, key, uniforms[index] as number),
    );
    for (const watch of this.#places) watch.observe(places);
    for (const [index, { key }] of tokens.entries()) {
      const law = laws[index] as ReportedLaw;
      this.#ranks[index]?.observe(law, key);
      this.#histories[index]?.observe(prompt, tokens.slice(0, index), law, key);
    }
  }

  /** The smallest p-value that holds at any time. */
  sequentialP(): number {
    const laws = [this.#firstToken, ...this.#places].map((watch) => 2 * watch.result().sequentialP);
    return Math.min(1, ...laws, ...this.#ranks.map((watch) => watch.result().pValue));
  }

  results(): SampleResults {
    return {
      firstToken: this.#firstToken.result(),
      places: this.#places.map((watch) => watch.result()),
      ranks: this.#ranks.map((watch) => watch.result()),
      histories: this.#histories.map((counts) =>
        testHistories(counts.position, counts.tables(), this.#boundConfidence),
      ),
      worstTokens: this.#histories.flatMap((counts) => {
        const worst = findWorstToken(counts.position, counts.tables());
        return worst === undefined ? [] : [worst];
      }),
    };
  }
}

/** Tests that share alpha, with so many audited tokens: one of the first token by prompt, and three a position. */
export function sampleTests(tokens: number): number {
  return 1 + 3 * tokens;
}
