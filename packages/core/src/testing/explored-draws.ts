import type { Distribution } from '../contract/distribution.js';

type Draws = typeof import('../sampling/draw.js');

/** What is known of a random number: it lies in [low, high). */
interface Interval {
  readonly low: number;
  readonly high: number;
}

/** One run: the answers it was given, and what they say of the random numbers that were asked about. */
class Run {
  probability = 1;
  readonly #answers: number[];
  readonly #pending: number[][];
  readonly #numbers = new Map<number, Interval>();
  #asked = 0;

  /**
   * @param answers which part each question's number fell in; extended where a question is new.
   * @param pending other answers to new questions: later runs take them.
   */
  constructor(answers: number[], pending: number[][]) {
    this.#answers = answers;
    this.#pending = pending;
  }

  draw({ tokens, probabilities }: Distribution, uniform: number): number {
    const total = probabilities.reduce((sum, probability) => sum + probability, 0);
    let cumulative = 0;
    const ends = Array.from(probabilities, (probability) => (cumulative += probability / total));
    ends[ends.length - 1] = 1;
    const choice = this.#choose(ends, uniform);
    return tokens === undefined ? choice : (tokens[choice] as number);
  }

  accept(probability: number, uniform: number): boolean {
    return this.#choose([Math.min(1, Math.max(0, probability)), 1], uniform) === 0;
  }

  /** Which of the parts of [0, 1) the number fell in; `ends` are their upper ends. */
  #choose(ends: readonly number[], uniform: number): number {
    const { low, high } = this.#numbers.get(uniform) ?? { low: 0, high: 1 };
    const parts = ends.map((end, index) => ({
      low: Math.max(low, index === 0 ? 0 : (ends[index - 1] as number)),
      high: Math.min(high, end),
    }));
    const shares = parts.map((part) => Math.max(0, part.high - part.low) / (high - low));
    if (this.#answers[this.#asked] === undefined) {
      const first = shares.findIndex((share) => share > 0);
      for (let other = first + 1; other < shares.length; other++)
        if ((shares[other] as number) > 0) this.#pending.push([...this.#answers, other]);
      this.#answers.push(first);
    }
    const choice = this.#answers[this.#asked] as number;
    this.#asked += 1;
    this.probability *= shares[choice] as number;
    this.#numbers.set(uniform, parts[choice] as Interval);
    return choice;
  }
}

let current: Run | undefined;

/**
 * Puts an enumeration in the place of the random numbers of `sampling/draw.ts`, for `vi.mock`. A number is known by its
 * value, which the counters of its draw decide: two draws with the same counters share one number here too.
 */
export function exploredDraws(original: Draws): Draws {
  return {
    ...original,
    drawToken: (distribution, mass) => (current ?? { draw: original.drawToken }).draw(distribution, mass),
    drawWeighted: (weights, uniform) => (current ?? { draw: original.drawWeighted }).draw(weights, uniform),
    isAccepted: (probability, uniform) =>
      current === undefined
        ? original.isAccepted(probability, uniform)
        : current.accept(probability, uniform),
  };
}

/**
 * The exact law of what a procedure returns whose randomness all goes through explored draws: it is run once for every
 * sequence of answers, each weighted with its probability. Exponential in the number of draws.
 */
export async function enumerateDraws(run: () => Promise<string>): Promise<Map<string, number>> {
  const law = new Map<string, number>();
  const pending: number[][] = [[]];
  for (let answers = pending.pop(); answers !== undefined; answers = pending.pop()) {
    current = new Run(answers, pending);
    try {
      const value = await run();
      law.set(value, (law.get(value) ?? 0) + current.probability);
    } finally {
      current = undefined;
    }
  }
  return law;
}
