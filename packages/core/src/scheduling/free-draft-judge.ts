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

  constructor({ maximumLength = 15, roundCosts, priorAcceptance }: LearningDraftLengthOptions = {}) {
    this.maximumLength = maximumLength;
    this.#predictor = createBetaSurvival({ priorAcceptance });
    this.#costs = new LearnedRoundCosts(roundCosts);
  }

  begin(): void {
    this.#predictor.beginText?.();
    this.#costs.begin();
  }

  /** Milliseconds of a plain round, once a few were seen. */
  get plain(): number | undefined {
    return this.#costs.plain;
  }

  /** Expected committed tokens of a draft whose tokens the drafter is so sure of; as usual where it is not said. */
  expected(confidences: readonly (number | undefined)[]): number {
    let [survival, expected] = [1, 1];
    for (const [position, confidence] of confidences.entries()) {
      survival *= this.#predictor.predict(position, confidence);
      expected += survival;
    }
    return expected;
  }

  /**
   * The beginning of a draft with the most expected tokens per millisecond; undefined where none pays.
   *
   * @param confidences by token, [draft].
   * @param isWhole true where it is to be used whole or not at all, as a tree.
   */
  judge(confidences: readonly (number | undefined)[], isWhole: boolean): JudgedDraft | undefined {
    const { plain } = this.#costs;
    if (plain === undefined || confidences.length === 0) return undefined;
    const costs = this.#costs.upTo(confidences.length);
    if (costs === undefined) {
      const length = Math.min(confidences.length, isWhole ? confidences.length : firstLength);
      const expectedCommitted = this.expected(confidences.slice(0, length));
      return expectedCommitted > 2 ? { length, expectedCommitted, milliseconds: undefined } : undefined;
    }
    let best: JudgedDraft | undefined;
    let bestRate = leastGain / plain;
    let [survival, expectedCommitted] = [1, 1];
    for (const [position, confidence] of confidences.entries()) {
      survival *= this.#predictor.predict(position, confidence);
      expectedCommitted += survival;
      const length = position + 1;
      const milliseconds = costs[length] as number;
      if (expectedCommitted / milliseconds <= bestRate || (isWhole && length < confidences.length)) continue;
      bestRate = expectedCommitted / milliseconds;
      best = { length, expectedCommitted, milliseconds };
    }
    return best;
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

  /** A round whose pass was over `length` tokens of this drafter, 0: a plain one. */
  learnCost(length: number, milliseconds: number): void {
    this.#costs.observe(length, milliseconds, 0);
  }
}
