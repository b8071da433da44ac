import { describe, expect, test } from 'vitest';
import { clopperPearsonInterval } from '../distributions/clopper-pearson-interval.js';
import { drawCounts } from '../testing/draw-counts.js';
import { expectRefusal } from '../testing/expect-refusal.js';
import { distanceBetween, normalise, peakedLaw, shiftedLaw, uniformLaw, zipfLaw } from '../testing/laws.js';
import { randomOfEachTest } from '../testing/random-of-each-test.js';
import { cellEnvelope } from './cell-envelope.js';
import { lowerCellLimit, upperCellLimit } from './cell-limits.js';
import { checkTables, type CountTable } from './count-table.js';
import { deviationSlack, indicatorLogMoment } from './deviation-slack.js';
import { createDistanceLaw } from './distance-law.js';
import { equivalenceTest } from './equivalence-test.js';
import { empiricalDivergence, lowerDivergence, upperDivergence } from './kl-bounds.js';
import { klDivergenceInterval } from './kl-divergence-interval.js';
import { meanDeviation } from './mean-deviation.js';
import { minimise } from './minimise.js';
import { minorityMass } from './minority-mass.js';
import {
  empiricalDistance,
  lowerDistance,
  lowerDistanceOf,
  upperDistance,
  upperDistanceOf,
} from './total-variation-bounds.js';
import { totalVariationInterval } from './total-variation-interval.js';

// Everything here is computed a second time from its definition, without the shortcuts. Nothing is a statistical claim:
// the seed only chooses points.
const random = randomOfEachTest(20261128);
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const sharesOf = ({ counts }: CountTable): number[] => {
  const listed = Array.from(counts);
  return listed.map((hits) => hits / sumOf(listed));
};

const tables: readonly (readonly CountTable[])[] = [
  [{ counts: [30, 10, 5], probabilities: [0.5, 0.3, 0.2] }],
  [{ counts: [900, 60, 0, 40], probabilities: [0.9, 0.05, 0.05, 0] }],
  // The first cell was drawn too often for its target, the last one too rarely.
  [{ counts: [920, 40, 40, 0], probabilities: [0.85, 0.05, 0.05, 0.05] }],
  [{ counts: drawCounts(zipfLaw(12), 5000, random), probabilities: zipfLaw(12) }],
  [
    { counts: [30, 10, 5], probabilities: [0.5, 0.3, 0.2] },
    { counts: [70, 30], probabilities: [0.8, 0.2] },
    { counts: drawCounts(shiftedLaw(uniformLaw(6), 0.3), 400, random), probabilities: uniformLaw(6) },
  ],
];

describe('checked tables', () => {
  test('carry their draws and their share of all draws', () => {
    const [first, second] = checkTables([
      { counts: [1, 2], probabilities: [0.5, 0.5] },
      { counts: [4, 1, 4], probabilities: uniformLaw(3) },
    ]);
    expect(first).toEqual({ counts: [1, 2], probabilities: [0.5, 0.5], count: 3, weight: 0.25 });
    expect(second).toMatchObject({ count: 9, weight: 0.75 });
    expect(checkTables({ counts: [1, 2], probabilities: [0.5, 0.5] })).toEqual([{ ...first, weight: 1 }]);
  });

  const good = { counts: [1, 1], probabilities: [0.5, 0.5] };
  test.each([
    ['', (table: CountTable) => checkTables(table)],
    ['tables[1].', (table: CountTable) => checkTables([good, table])],
  ])('are refused by name: %s', (path, check) => {
    const escaped = path.replace('[', String.raw`\[`).replace(']', String.raw`\]`);
    expectRefusal(() => check({ ...good, counts: [1, 1, 1] }), 'mismatch', `${path}counts`, {
      value: 3,
      message: new RegExp(
        `^${escaped}counts has 3 cells and ${escaped}probabilities 2; both must list the same cells`,
      ),
    });
    expectRefusal(
      () => check({ ...good, probabilities: [0.5, 0.6] }),
      'not-normalised',
      `${path}probabilities`,
    );
    expectRefusal(() => check({ counts: [], probabilities: [] }), 'empty', `${path}probabilities`);
    for (const [bad, index] of [
      [-1, 0],
      [0.5, 1],
      [Number.NaN, 1],
    ] as const) {
      const counts = [3, 3].with(index, bad);
      expectRefusal(() => check({ ...good, counts }), 'invalid-count', `${path}counts`, {
        value: bad,
        index,
        message: new RegExp(`^${escaped}counts\\[${index}\\] is ${bad}; it must be an integer of at least 0`),
      });
    }
    expectRefusal(() => check({ ...good, counts: [0, 0] }), 'empty', `${path}counts`, {
      value: 0,
      message: new RegExp(`^${escaped}counts holds no draws; draw at least once`),
    });
    expectRefusal(
      () => check({ ...good, counts: [Number.MAX_SAFE_INTEGER, 1] }),
      'out-of-range',
      `the sum of ${path}counts`,
    );
  });

  test('must be at least one', () => {
    expectRefusal(() => checkTables([]), 'empty', 'tables', { message: /no tables; give at least one/ });
  });
});

describe('options', () => {
  const table = { counts: [9, 3], probabilities: [0.5, 0.5] };
  test.each([
    ['confidence', 'invalid-probability', () => totalVariationInterval(table, { confidence: 1 })],
    ['confidence', 'invalid-probability', () => klDivergenceInterval(table, { confidence: 0 })],
    ['margin', 'out-of-range', () => equivalenceTest(table, { margin: 0 })],
    ['alpha', 'invalid-probability', () => equivalenceTest(table, { margin: 0.1, alpha: 1 })],
  ] as const)('%s is refused by name', (argument, reason, call) => {
    expectRefusal(call, reason, argument);
  });

  test('have defaults: 95 % for intervals, .05 and the total variation for the test', () => {
    expect(totalVariationInterval(table)).toEqual(totalVariationInterval(table, { confidence: 0.95 }));
    expect(klDivergenceInterval(table)).toEqual(klDivergenceInterval(table, { confidence: 0.95 }));
    expect(equivalenceTest(table, { margin: 0.3 })).toEqual(
      equivalenceTest(table, { margin: 0.3, alpha: 0.05, distance: 'total-variation' }),
    );
  });
});

test('the least value of a function with one valley is found, wherever it lies, in 60 evaluations', () => {
  // The last one is where the search looks first.
  for (const valley of [-3, -2.9, 0, 1.7, 5, 5 - ((Math.sqrt(5) - 1) / 2) * 8]) {
    let evaluations = 0;
    const values: number[] = [];
    const least = minimise(
      (x) => {
        evaluations++;
        values.push(1 + Math.abs(x - valley) ** 1.5);
        expect(x).toBeGreaterThanOrEqual(-3);
        expect(x).toBeLessThanOrEqual(5);
        return values.at(-1) as number;
      },
      -3,
      5,
    );
    expect(least).toBeCloseTo(1, 12);
    expect(least).toBe(Math.min(...values));
    expect(evaluations).toBe(60);
  }
});

test('the minority mass is the largest of a set with a complement no less, or a bound on it', () => {
  for (const law of [[1], [0.5, 0.5], [0.7, 0.1, 0.2], [0.3, 0.3, 0.4], zipfLaw(6), [0.2, 0.8], [0, 1]]) {
    let largest = 0;
    for (let subset = 0; subset < 2 ** law.length; subset++) {
      const mass = sumOf(law.filter((_, cell) => (subset >> cell) & 1));
      if (mass <= 0.5 + 1e-12) largest = Math.max(largest, mass);
    }
    expect(minorityMass(law)).toBeGreaterThanOrEqual(largest - 1e-12);
    if (Math.max(...law) >= 0.5) expect(minorityMass(law)).toBeCloseTo(largest, 12);
    else expect(minorityMass(law)).toBe(0.5);
  }
  // Within the tolerance of a law's sum.
  expect(minorityMass([1 + 1e-10])).toBe(0);
});

describe('the slack', () => {
  test('is the least over a grid of scales', () => {
    for (const count of [1, 30, 1000, 1e7]) {
      for (const minority of [0.5, 0.2, 1e-3]) {
        for (const alpha of [0.5, 0.01, 1e-12]) {
          let least = Infinity;
          for (let step = 0; step <= 4000; step++) {
            const scale = 1e-7 * 7e9 ** (step / 4000);
            const evidence = -Math.log(alpha) / count;
            least = Math.min(least, (evidence + indicatorLogMoment(scale, minority)) / scale);
          }
          const slack = deviationSlack(count, minority, alpha);
          expect(slack).toBeLessThanOrEqual(least * (1 + 1e-9));
          expect(slack).toBeGreaterThan(0.9999 * least);
        }
      }
    }
    expect(deviationSlack(10, 0.5, 1)).toBe(0);
    expect(deviationSlack(10, 0, 0.5)).toBe(0);
    expect(deviationSlack(10, 1e-300, 1 - 1e-12)).toBeGreaterThan(0);
  });

  test("rests on a bound of a centred indicator's moments, of either sign, at any mass up to the minority's", () => {
    for (const scale of [1e-4, 0.0099, 0.0101, 0.3, 2, 20, 300]) {
      for (const minority of [0.5, 0.3, 0.01]) {
        let largest = 0;
        for (let step = 0; step <= 2000; step++) {
          const mass = (minority * step) / 2000;
          largest = Math.max(largest, Math.log1p(mass * Math.expm1(scale)) - scale * mass);
        }
        const bound = indicatorLogMoment(scale, minority);
        expect(bound).toBeGreaterThanOrEqual(largest * (1 - 1e-9));
        expect(bound).toBeLessThanOrEqual(largest * (1 + 1e-4));
      }
    }
  });
});

describe('what is known of the empirical distance beforehand', () => {
  test('is added up over tables by their weights', () => {
    const shapes = [
      { count: 30, weight: 0.25, probabilities: zipfLaw(4) },
      { count: 90, weight: 0.75, probabilities: peakedLaw(3, 0.9) },
    ];
    const law = createDistanceLaw(shapes);
    expect(law.count).toBe(120);
    const meanOf = (count: number, target: readonly number[]): number =>
      sumOf(target.map((probability) => meanDeviation(count, probability, probability).value)) / 2;
    expect(law.meanUnderTarget).toBeCloseTo(
      0.25 * meanOf(30, zipfLaw(4)) + 0.75 * meanOf(90, peakedLaw(3, 0.9)),
      14,
    );
    expect(law.minorityMass).toBeCloseTo(0.25 * 0.5 + 0.75 * 0.1, 14);
  });

  test.each([
    ['eight equal cells', uniformLaw(8), 200],
    ['fifty equal cells', uniformLaw(50), 500],
    ['Zipf cells', zipfLaw(6), 1000],
    ['a peaked law', [0.97, 0.01, 0.01, 0.01], 300],
  ])(
    '%s: the largest distance for the mean of a shifted law is hardly more than its own',
    (_, target, count) => {
      const law = createDistanceLaw([{ count, weight: 1, probabilities: target }]);
      for (const distance of [0, 0.02, 0.1, 0.3, 0.45]) {
        const shifted = shiftedLaw(target, distance);
        const mean =
          sumOf(
            target.map(
              (probability, cell) => meanDeviation(count, probability, shifted[cell] as number).value,
            ),
          ) / 2;
        const largest = law.largestDistance(mean);
        expect(largest).toBeGreaterThanOrEqual(distance);
        expect(largest).toBeLessThan(1.02 * distance + 0.004);
      }
      expect(law.largestDistance(0)).toBe(0);
    },
  );

  test.each([
    ['one table', [{ count: 60, weight: 1, probabilities: zipfLaw(5) }]],
    ['a cell that is certain', [{ count: 9, weight: 1, probabilities: [1, 0, 0] }]],
    ['equal cells', [{ count: 500, weight: 1, probabilities: uniformLaw(20) }]],
    [
      'two tables',
      [
        { count: 30, weight: 0.25, probabilities: zipfLaw(4) },
        { count: 90, weight: 0.75, probabilities: peakedLaw(3, 0.9) },
      ],
    ],
  ] as const)(
    '%s: the largest distance is the least over slopes, each with its best multipliers',
    (_, shapes) => {
      const law = createDistanceLaw(shapes);
      const interceptOf = (slope: number): number =>
        sumOf(
          shapes.map(({ count, weight, probabilities: target }) => {
            const cells = Array.from(target, (probability) => cellEnvelope(count, probability));
            const dual = (multiplier: number): number =>
              multiplier +
              sumOf(
                cells.map(({ probabilities, deviations, distances }) =>
                  Math.min(
                    ...Array.from(
                      probabilities,
                      (probability, corner) =>
                        ((deviations[corner] as number) - slope * (distances[corner] as number)) / 2 -
                        multiplier * probability,
                    ),
                  ),
                ),
              );
            // Concave in the multiplier.
            return weight * -minimise((multiplier) => -dual(multiplier), -1, 1);
          }),
        );
      const slopes = Array.from({ length: 32 }, (__, index) => (index + 1) / 32);
      const intercepts = slopes.map((slope) =>
        slope === 1 ? Math.max(0, interceptOf(1)) : interceptOf(slope),
      );
      for (const mean of [0, 0.02, 0.1, 0.2, 0.4, 0.7]) {
        const expected = Math.max(
          0,
          Math.min(...slopes.map((slope, index) => (mean - (intercepts[index] as number)) / slope)),
        );
        expect(law.largestDistance(mean)).toBeCloseTo(expected, 5);
      }
    },
  );

  test('two tables: the mean of shifted laws bounds their average distance closely', () => {
    const targets = [uniformLaw(8), uniformLaw(20)];
    const counts = [200, 600];
    const law = createDistanceLaw(
      targets.map((probabilities, index) => ({
        count: counts[index] as number,
        weight: [0.25, 0.75][index] as number,
        probabilities,
      })),
    );
    const means = targets.map((target, index) => {
      const shifted = shiftedLaw(target, 0.2);
      return (
        sumOf(
          target.map(
            (probability, cell) =>
              meanDeviation(counts[index] as number, probability, shifted[cell] as number).value,
          ),
        ) / 2
      );
    });
    const largest = law.largestDistance(0.25 * (means[0] as number) + 0.75 * (means[1] as number));
    expect(largest).toBeGreaterThanOrEqual(0.2);
    expect(largest).toBeLessThan(0.203);
  });
});

describe.each(tables.map((list) => [list.map(({ counts }) => counts.length).join(', '), list] as const))(
  'bounds for tables of %s cells',
  (_, list) => {
    const checked = checkTables(list);
    const law = createDistanceLaw(checked);
    const total = sumOf(checked.map(({ count }) => count));
    const averageOf = (perTable: (table: CountTable) => number): number =>
      sumOf(list.map((table) => (sumOf(Array.from(table.counts)) / total) * perTable(table)));
    const estimate = averageOf((table) => distanceBetween(sharesOf(table), Array.from(table.probabilities)));
    const limitCount = sumOf(list.map(({ counts }) => 2 * counts.length));

    test('the empirical distance and divergence are averages over the draws', () => {
      expect(empiricalDistance(checked)).toBeCloseTo(estimate, 14);
      const divergence = averageOf((table) =>
        sumOf(
          sharesOf(table).map((share, cell) =>
            share === 0 ? 0 : share * Math.log(share / (table.probabilities[cell] as number)),
          ),
        ),
      );
      if (divergence === Infinity) expect(empiricalDivergence(checked)).toBe(Infinity);
      else expect(empiricalDivergence(checked)).toBeCloseTo(divergence, 12);
    });

    test('the upper distance settles where it explains the distance itself', () => {
      for (const alpha of [0.3, 0.025, 1e-6]) {
        const bound = upperDistance(checked, law, alpha);
        expect(bound).toBe(upperDistanceOf(estimate, law, alpha));
        let settled = 1;
        const raised = Math.max(estimate, law.meanUnderTarget);
        for (let pass = 0; pass < 300; pass++) {
          const slack = deviationSlack(total, Math.min(0.5, law.minorityMass + settled), alpha);
          settled = Math.min(settled, estimate + slack, law.largestDistance(raised + slack));
        }
        // A pass that narrows the bound by less than a millionth is the last.
        expect(bound).toBeGreaterThanOrEqual(settled);
        expect(bound).toBeLessThanOrEqual(settled * (1 + 1e-5));
      }
    });

    test('the lower distance is where mean and slack explain the distance, or what the limits of cells enforce', () => {
      for (const alpha of [0.3, 0.025]) {
        const fromMean = lowerDistanceOf(estimate, law, alpha / 2);
        const slackAt = (distance: number): number =>
          deviationSlack(total, Math.min(0.5, law.minorityMass + distance), alpha / 2);
        if (fromMean > 0) {
          expect(fromMean + law.meanUnderTarget + slackAt(fromMean)).toBeCloseTo(estimate, 9);
        } else {
          expect(law.meanUnderTarget + slackAt(0)).toBeGreaterThanOrEqual(estimate);
        }
        const byCell = averageOf(({ counts, probabilities }) => {
          const count = sumOf(Array.from(counts));
          const cells = Array.from(counts, (hits, cell) => {
            const target = probabilities[cell] as number;
            const level = alpha / 2 / limitCount;
            return {
              above: Math.max(0, lowerCellLimit(hits, count, level) - target),
              below: Math.max(0, target - upperCellLimit(hits, count, level)),
            };
          });
          return Math.max(sumOf(cells.map(({ above }) => above)), sumOf(cells.map(({ below }) => below)));
        });
        expect(lowerDistance(checked, law, alpha)).toBeCloseTo(Math.max(fromMean, byCell), 14);
      }
    });

    test('the divergence: dearest mass first above, limits and Pinsker below', () => {
      const alpha = 0.05;
      const level = alpha / 2 / limitCount;
      const share = (probability: number, target: number): number =>
        probability === 0
          ? target
          : target === 0
            ? Infinity
            : probability * Math.log(probability / target) - probability + target;
      const cells = checked.flatMap(({ counts, probabilities, count, weight }) =>
        Array.from(counts, (hits, cell) => ({
          weight,
          target: probabilities[cell] as number,
          lower: lowerCellLimit(hits, count, level),
          upper: upperCellLimit(hits, count, level),
        })),
      );
      const most = (limits: readonly { weight: number; target: number; limit: number }[]): number => {
        let left = upperDistance(checked, law, alpha / 2);
        let divergence = 0;
        const prices = limits.map(({ weight, target, limit }) => ({
          mass: weight * Math.abs(limit - target),
          price: share(limit, target) / Math.abs(limit - target),
        }));
        for (const { mass, price } of prices.toSorted((one, other) => other.price - one.price)) {
          const moved = Math.min(mass, left);
          if (moved > 0) divergence += moved * price;
          left -= moved;
        }
        return divergence;
      };
      const gains = cells
        .filter(({ upper, target }) => upper > target)
        .map((cell) => ({ ...cell, limit: cell.upper }));
      const losses = cells
        .filter(({ lower, target }) => lower < target)
        .map((cell) => ({ ...cell, limit: cell.lower }));
      const upper = upperDivergence(checked, law, alpha);
      const expected = most(gains) + most(losses);
      if (expected === Infinity) expect(upper).toBe(Infinity);
      else expect(upper / expected).toBeCloseTo(1, 9);
      const enforced = sumOf(
        cells.map(({ weight, target, lower: least, upper: largest }) =>
          least > target
            ? weight * share(least, target)
            : largest < target
              ? weight * share(largest, target)
              : 0,
        ),
      );
      const pinsker = 2 * lowerDistance(checked, law, alpha / 2) ** 2;
      const lower = lowerDivergence(checked, law, alpha);
      if (enforced === Infinity) expect(lower).toBe(Infinity);
      else expect(lower).toBeCloseTo(Math.max(enforced, pinsker), 11);
    });

    test('intervals and tests are these bounds', () => {
      const variation = totalVariationInterval(list, { confidence: 0.9 });
      expect(variation.estimate).toBe(empiricalDistance(checked));
      expect(variation.lower).toBe(lowerDistance(checked, law, (1 - 0.9) / 2));
      expect(variation.upper).toBe(upperDistance(checked, law, (1 - 0.9) / 2));
      expect(variation).toMatchObject({
        meanUnderTarget: law.meanUnderTarget,
        confidence: 0.9,
        count: total,
      });
      const divergence = klDivergenceInterval(list, { confidence: 0.9 });
      expect(divergence.estimate).toBe(empiricalDivergence(checked));
      expect(divergence.lower).toBe(lowerDivergence(checked, law, (1 - 0.9) / 2));
      expect(divergence.upper).toBe(upperDivergence(checked, law, (1 - 0.9) / 2));
      expect(divergence).toMatchObject({ confidence: 0.9, count: total });
      const { upper } = variation;
      const design = { margin: upper * 1.01, alpha: (1 - 0.9) / 2 } as const;
      expect(equivalenceTest(list, design)).toMatchObject({
        ...design,
        upper,
        estimate: variation.estimate,
        distance: 'total-variation',
        equivalent: true,
      });
      expect(equivalenceTest(list, { ...design, distance: 'kl-divergence' })).toMatchObject({
        upper: divergence.upper,
        estimate: divergence.estimate,
        distance: 'kl-divergence',
        equivalent: divergence.upper < design.margin,
      });
      // A bound at the margin is not below it.
      expect(equivalenceTest(list, { ...design, margin: upper }).equivalent).toBe(false);
    });
  },
);

test('one table of two cells has the limits of Clopper and Pearson', () => {
  for (const [hits, target] of [
    [0, 0.1],
    [3, 0.5],
    [20, 0.5],
    [37, 0.5],
    [40, 0.9],
  ] as const) {
    const checked = checkTables({ counts: [hits, 40 - hits], probabilities: [target, 1 - target] });
    const law = createDistanceLaw(checked);
    const oneSided = (side: 'lower' | 'upper', alpha: number): number =>
      clopperPearsonInterval(hits, 40, { confidence: 1 - alpha, side })[side];
    for (const alpha of [0.3, 0.05]) {
      expect(upperDistance(checked, law, alpha)).toBeCloseTo(
        Math.max(oneSided('upper', alpha) - target, target - oneSided('lower', alpha)),
        12,
      );
      expect(lowerDistance(checked, law, alpha)).toBeCloseTo(
        Math.max(0, oneSided('lower', alpha / 2) - target, target - oneSided('upper', alpha / 2)),
        12,
      );
    }
  }
  // Two tables of two cells are no pair: each weighs its own.
  const two = { counts: [30, 10], probabilities: [0.5, 0.5] };
  expect(totalVariationInterval([two, two]).estimate).toBeCloseTo(0.25, 14);
  expect(totalVariationInterval([two, two]).upper).toBeGreaterThan(totalVariationInterval(two).upper);
});

test('a p-value of the test is the least level that shows the margin, for both distances', () => {
  const law = normalise([5, 3, 2]);
  const table = { counts: drawCounts(law, 20_000, random), probabilities: law };
  for (const [distance, margin] of [
    ['total-variation', 0.02],
    ['kl-divergence', 0.005],
  ] as const) {
    const { pValue, estimate, upper } = equivalenceTest(table, { distance, margin });
    expect(equivalenceTest(table, { distance, margin, alpha: pValue * 1.001 }).equivalent).toBe(true);
    expect(equivalenceTest(table, { distance, margin, alpha: pValue * 0.999 }).equivalent).toBe(false);
    expect(upper).toBeGreaterThan(estimate);
  }
  const certain = { counts: [1e15, 0, 0], probabilities: [1, 0, 0] };
  expect(equivalenceTest(certain, { margin: 0.5 }).pValue).toBe(Math.exp(-700));
});
