import { expect, test } from 'vitest';
import { binomialProbability } from '../index.js';
import { countsProbability, enumerateCounts } from '../testing/enumerate-counts.js';
import { seededRandom } from '../testing/seeded-random.js';
import { aliasSampler } from './alias-sampler.js';
import { drawBinomial } from './draw-binomial.js';
import { multinomialSampler } from './multinomial-sampler.js';

test('binomial counts have their probabilities, exactly: each owns that share of the unit interval', () => {
  for (const [trials, chance] of [
    [12, 0.3],
    [7, 0.999],
    [5, 1e-4],
    [40, 0.5],
  ] as const) {
    const steps = 200_000;
    const shares = new Float64Array(trials + 1);
    for (let step = 0; step < steps; step++) {
      const count = drawBinomial(trials, chance, (step + 0.5) / steps);
      shares[count] = (shares[count] as number) + 1 / steps;
    }
    for (const [count, share] of shares.entries()) {
      // A count owns one piece of the interval, two ends of which fall between grid points.
      expect(Math.abs(share - binomialProbability(count, trials, chance))).toBeLessThan(1.1 / steps);
    }
  }
  expect([drawBinomial(5, 0, 0.5), drawBinomial(5, 1, 0.5), drawBinomial(0, 0.5, 0.5)]).toEqual([0, 5, 0]);
  // A uniform number at the far end must not run past the ends.
  expect(drawBinomial(3, 0.5, 1 - Number.EPSILON / 2)).toBeGreaterThanOrEqual(0);
});

test('alias sampling gives each cell its weight, exactly', () => {
  const weights = [5, 0, 1, 3, 0.5, 0.5];
  const sample = aliasSampler(weights);
  const steps = 60_000;
  const shares = new Float64Array(weights.length);
  for (let step = 0; step < steps; step++) {
    const cell = sample(() => (step + 0.5) / steps);
    shares[cell] = (shares[cell] as number) + 1 / steps;
  }
  for (const [cell, share] of shares.entries()) {
    expect(Math.abs(share - (weights[cell] as number) / 10)).toBeLessThan(10 / steps);
  }
  expect(shares[1]).toBe(0);
});

test.each([
  ['draw by draw', 4],
  ['cell by cell', 200],
])('tables follow the multinomial law: %s', (_name, count) => {
  const law = [0.6, 0.3, 0.1];
  const fill = multinomialSampler(
    law.map((chance) => chance * count),
    count,
  );
  const random = seededRandom(11);
  const table = new Float64Array(3);
  const seen = new Map<string, number>();
  const repeats = 20_000;
  for (let repeat = 0; repeat < repeats; repeat++) {
    fill(table, random);
    expect(table[0]! + table[1]! + table[2]!).toBe(count);
    seen.set(table.join(), (seen.get(table.join()) ?? 0) + 1);
  }
  let distance = 0;
  for (const counts of enumerateCounts(count, 3)) {
    distance += Math.abs((seen.get(counts.join()) ?? 0) / repeats - countsProbability(counts, law)) / 2;
  }
  // Mean distance of 20,000 draws from their own law: below sqrt(tables that occur / (2 pi repeats)), 0.011 of 15 tables
  // and 0.12 of some 2,000; McDiarmid leaves 0.026 more a chance of 1e-12.
  expect(distance).toBeLessThan(count === 4 ? 0.011 + 0.026 : 0.12 + 0.026);
});
