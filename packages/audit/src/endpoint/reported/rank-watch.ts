import { createConditionalEProcess, type ConditionalEProcess } from '@foretoken/stats';
import { type ReportedLaw, rankOf } from '../reported-law.js';

/** How often tokens of a rank came out at one position, over all prompts and histories. */
export interface RankResult {
  /** From 1. */
  readonly position: number;
  readonly count: number;
  /** Evidence that may be looked at after every draw. */
  readonly logEvidence: number;
  readonly pValue: number;
  readonly ranks: readonly {
    readonly name: string;
    readonly observed: number;
    /** Sum of the reported probabilities. */
    readonly expected: number;
  }[];
}

/** First rank of each class, from 0. */
const classes = [
  { name: 'the most probable token', from: 0 },
  { name: 'the second', from: 1 },
  { name: 'the third', from: 2 },
  { name: 'the fourth to eighth', from: 3 },
  { name: 'other reported tokens', from: 8 },
] as const;
const unreportedName = 'tokens that were not reported';

/**
 * Anytime-valid evidence at one position, by the rank of the token in its own reported law: what a draft does to its
 * favourites, or a sampler to the tail, shows over all histories together.
 */
export class RankWatch {
  readonly #position: number;
  readonly #evidence: ConditionalEProcess = createConditionalEProcess(classes.length + 1);
  readonly #observed: number[] = new Array<number>(classes.length + 1).fill(0);
  readonly #expected: number[] = new Array<number>(classes.length + 1).fill(0);

  constructor(position: number) {
    this.#position = position;
  }

  observe(law: ReportedLaw, key: string): void {
    const probabilities = new Float64Array(classes.length + 1);
    for (const [rank, { probability }] of law.tokens.entries()) {
      const index = classOf(rank);
      probabilities[index] = (probabilities[index] as number) + probability;
    }
    probabilities[classes.length] = law.unreported;
    const rank = rankOf(law, key);
    const drawn = rank < law.tokens.length ? classOf(rank) : classes.length;
    this.#evidence.observe(drawn, probabilities);
    this.#observed[drawn] = (this.#observed[drawn] as number) + 1;
    for (const [index, probability] of probabilities.entries()) {
      this.#expected[index] = (this.#expected[index] as number) + probability;
    }
  }

  result(): RankResult {
    const { count, largestLogEvidence, pValue } = this.#evidence;
    return {
      position: this.#position,
      count,
      logEvidence: largestLogEvidence,
      pValue,
      ranks: [...classes.map(({ name }) => name), unreportedName].map((name, index) => ({
        name,
        observed: this.#observed[index] as number,
        expected: this.#expected[index] as number,
      })),
    };
  }
}

function classOf(rank: number): number {
  return classes.findLastIndex(({ from }) => rank >= from);
}
