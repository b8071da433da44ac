import type { Distribution } from '@foretoken/core';

/**
 * Random questions whose answers are all followed. Questions with one `key` share one random number, as a loop does
 * that uses a number twice; without a key every question has its own.
 */
export interface Chance {
  accept(probability: number, key?: string): boolean;
  draw(weights: Distribution, key?: string): number;
}

/** What is known of a shared random number: it lies in [low, high). */
interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The exact law of what a random procedure returns: it is run once for every sequence of answers. A shared number's
 * answers narrow the interval that it lies in, so later questions about it have the conditional probabilities.
 */
export function explore(run: (chance: Chance) => string): Map<string, number> {
  const law = new Map<string, number>();
  const pending: number[][] = [[]];
  for (let answers = pending.pop(); answers !== undefined; answers = pending.pop()) {
    const given = answers;
    const numbers = new Map<string, Interval>();
    let probability = 1;
    let asked = 0;
    /** Which of the parts of [0, 1) a number fell in; `ends` are their upper ends. */
    const choose = (ends: readonly number[], key: string | undefined): number => {
      const { low, high } = (key === undefined ? undefined : numbers.get(key)) ?? { low: 0, high: 1 };
      const parts = ends.map((end, index) => ({
        low: Math.max(low, index === 0 ? 0 : (ends[index - 1] as number)),
        high: Math.min(high, end),
      }));
      const shares = parts.map((part) => Math.max(0, part.high - part.low) / (high - low));
      if (given[asked] === undefined) {
        // A question that no run has answered yet: this run takes the first answer, later runs the others.
        const first = shares.findIndex((share) => share > 0);
        for (let other = first + 1; other < shares.length; other++)
          if ((shares[other] as number) > 0) pending.push([...given, other]);
        given.push(first);
      }
      const choice = given[asked] as number;
      asked += 1;
      probability *= shares[choice] as number;
      if (key !== undefined) numbers.set(key, parts[choice] as Interval);
      return choice;
    };
    const value = run({
      accept: (chance, key) => choose([Math.min(1, Math.max(0, chance)), 1], key) === 0,
      draw: ({ tokens, probabilities }, key) => {
        const total = probabilities.reduce((sum, weight) => sum + weight, 0);
        let cumulative = 0;
        const ends = Array.from(probabilities, (weight) => (cumulative += weight / total));
        ends[ends.length - 1] = 1;
        const choice = choose(ends, key);
        return tokens === undefined ? choice : (tokens[choice] as number);
      },
    });
    law.set(value, (law.get(value) ?? 0) + probability);
  }
  return law;
}
