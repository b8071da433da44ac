import type { Distribution } from '../contract/distribution.js';
import type { Branch } from './enumerate-drafts.js';

/**
 * Runs what draws tokens once for every sequence of tokens that it can draw: what `draw` returns goes through the
 * support of each distribution that it is handed. The run must depend on nothing else that changes.
 */
export async function enumerateDraws<Value>(
  run: (draw: (distribution: Distribution) => number) => Promise<Value>,
): Promise<Branch<Value>[]> {
  const found: Branch<Value>[] = [];
  const pending: number[][] = [[]];
  for (let answers = pending.pop(); answers !== undefined; answers = pending.pop()) {
    const given = answers;
    let probability = 1;
    let asked = 0;
    const value = await run(({ tokens, probabilities }) => {
      const possible = [...probabilities.keys()].filter((index) => (probabilities[index] as number) > 0);
      if (given.length === asked) {
        // A draw that no run has made yet: this run takes the first token, later runs the others.
        for (const other of possible.slice(1)) pending.push([...given, other]);
        given.push(possible[0] as number);
      }
      const index = given[asked] as number;
      asked += 1;
      probability *= probabilities[index] as number;
      return tokens === undefined ? index : (tokens[index] as number);
    });
    found.push({ probability, value });
  }
  return found;
}
