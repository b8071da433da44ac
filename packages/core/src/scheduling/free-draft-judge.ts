import { chooseDraftLength, expectedCommittedOf } from './choose-draft-length.js';
import { LearnedRoundCosts } from './learned-round-costs.js';
import type { LearningDraftLengthOptions } from './learning-draft-length.js';
import type { AcceptancePredictor } from './predictors/acceptance-predictor.js';
import { createBetaSurvival } from './predictors/beta-survival.js';

/** As much of a draft as is worth a pass, and what it promises. */
export interface JudgedDraft {
  readonly length: number;
  /** Expected committed tokens of the round. */
  readonly expectedCommitted: number;
  /** Of the round; undefined where no draft was seen to know it by. */
  readonly milliseconds: number | undefined;
}

/** A first draft, whose cost says most about others: a whole group of rows with the token before it. */
const firstLength = 3;
/** Drafting must promise this much: plain decoding is certain. */
const leastGain = 1.1;

/**
 * Judges the drafts of a drafter that costs nothing and is sure of its tokens, when they are there: how many of them to
 * use, if any. What they are worth is learnt from every draft, used or not, since the committed tokens say which were
 * right; so nothing has to be tried.
 */
export class FreeDraftJudge {
  readonly maximumLength: number;
  readonly #predictor: AcceptancePredictor;
  readonly #costs: LearnedRoundCosts;

  /** @param costs of rounds whose drafts cost nothing: one for all free drafters, learnt by their schedule. */
  constructor({ maximumLength = 15, priorAcceptance }: LearningDraftLengthOptions, costs: LearnedRoundCosts) {
    this.maximumLength = maximumLength;
    this.#predictor = createBetaSurvival({ priorAcceptance, beginsWithConfidence: true });
    this.#costs = costs;
  }

  begin(): void {
    this.#predictor.beginText?.();
  }

  /** Expected committed tokens of a draft whose tokens the drafter is so sure of; as usual where it is not said. */
  expected(confidences: readonly (number | undefined)[]): number {
    return expectedCommittedOf(confidences.length, (position) => this.#acceptance(confidences, position));
  }

  /**
   * The beginning of a draft with the most expected tokens per millisecond; undefined where none pays.
   *
   * @param confidences by token, [draft].
   */
  judge(confidences: readonly (number | undefined)[]): JudgedDraft | undefined {
    if (this.#costs.plain === undefined || confidences.length === 0) return undefined;
    const costs = this.#costs.upTo(confidences.length);
    if (costs === undefined) {
      const first = confidences.slice(0, firstLength);
      return this.#first(first, first.length);
    }
    const { length, expectedCommitted, cost, expectedGain } = chooseDraftLength(
      confidences.length,
      (position) => this.#acceptance(confidences, position),
      (drafted) => costs[drafted] as number,
    );
    return expectedGain > leastGain ? { length, expectedCommitted, milliseconds: cost } : undefined;
  }

  /**
   * A draft with branches, whole: as many tokens as it is deep may be right, and all of its nodes take time.
   *
   * @param confidences by level, [depth].
   */
  judgeTree(confidences: readonly (number | undefined)[], nodes: number): JudgedDraft | undefined {
    const { plain } = this.#costs;
    if (plain === undefined) return undefined;
    const cost = this.#costs.upTo(nodes)?.[nodes];
    if (cost === undefined) return this.#first(confidences, nodes);
    const expectedCommitted = this.expected(confidences);
    const gain = (expectedCommitted * plain) / cost;
    return gain > leastGain ? { length: nodes, expectedCommitted, milliseconds: cost } : undefined;
  }

  /** Before a draft was seen, what promises at least one token more. */
  #first(confidences: readonly (number | undefined)[], length: number): JudgedDraft | undefined {
    const expectedCommitted = this.expected(confidences);
    return expectedCommitted > 2 ? { length, expectedCommitted, milliseconds: undefined } : undefined;
  }

  #acceptance(confidences: readonly (number | undefined)[], position: number): number {
    return this.#predictor.predict(position, confidences[position]);
  }

  /** What became of a draft, in the pass or beside it: so many tokens are known, the first of them were right. */
  learn(confidences: readonly (number | undefined)[], draftedCount: number, acceptedCount: number): void {
    if (draftedCount === 0) return;
    const known = confidences.slice(0, draftedCount).filter((confidence) => confidence !== undefined);
    this.#predictor.update({
      draftedCount,
      acceptedCount,
      confidences: known.length === draftedCount ? known : [],
    });
  }
}
