import { drawUniform, type RandomSource } from '../random/random-source.js';
import { aliasSampler } from './alias-sampler.js';
import { drawBinomial } from './draw-binomial.js';

/** What a binomial draw costs beside its steps, in draws of single outcomes. */
const binomialCost = 30;

/**
 * Fills tables with the counts of `count` draws, in proportion to the cells' expectations: cell by cell as binomial
 * counts of what is left, or draw by draw where the cells are many for that.
 *
 * @param expected expectations by falling size, above 0, summing to `count`.
 */
export function multinomialSampler(
  expected: readonly number[],
  count: number,
): (table: Float64Array, random: RandomSource) => void {
  const cost = expected.reduce((sum, mean) => sum + binomialCost + Math.sqrt(mean), 0);
  if (cost < count) {
    // Chance of each cell among itself and those that follow.
    const chances = new Float64Array(expected.length);
    let following = 0;
    for (let cell = expected.length - 1; cell >= 0; cell--) {
      following += expected[cell] as number;
      chances[cell] = (expected[cell] as number) / following;
    }
    return (table, random) => {
      let left = count;
      for (let cell = 0; cell < table.length; cell++) {
        const drawn = drawBinomial(left, chances[cell] as number, drawUniform(random));
        table[cell] = drawn;
        left -= drawn;
      }
    };
  }
  const sample = aliasSampler(expected);
  return (table, random) => {
    table.fill(0);
    for (let draw = 0; draw < count; draw++) {
      const cell = sample(random);
      table[cell] = (table[cell] as number) + 1;
    }
  };
}
