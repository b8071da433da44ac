import { describe, expect, test } from 'vitest';
import { indicatorLogMoment } from '../equivalence/deviation-slack.js';
import { createDistanceLaw } from '../equivalence/distance-law.js';
import { minorityMass } from '../equivalence/minority-mass.js';
import { lowerDistance, upperDistance } from '../equivalence/total-variation-bounds.js';
import { drawCell } from '../testing/draw-counts.js';
import { expectRefusal } from '../testing/expect-refusal.js';
import { distanceBetween, normalise, peakedLaw, shiftedLaw, uniformLaw, zipfLaw } from '../testing/laws.js';
import { seededRandom } from '../testing/seeded-random.js';
import { alphaOfLook } from './alpha-of-look.js';
import { createCategoricalEProcess } from './categorical-e-process.js';
import { createConditionalEProcess } from './conditional-e-process.js';
import { DirichletMixture } from './dirichlet-mixture.js';
import { MixtureEvidence } from './evidence.js';
import { likelihoodDistance } from './likelihood-distance.js';
import { logMean } from './log-mean.js';
import { randomisedPit } from './randomised-pit.js';
import { requireCell } from './require-cell.js';
import { timeUniformSlack } from './time-uniform-slack.js';
import { createTotalVariationSequence } from './total-variation-sequence.js';
import { createUniformEProcess } from './uniform-e-process.js';

// Everything here is computed a second time from its definition, without the shortcuts. Nothing is a statistical claim:
// the seeds only choose points.
const seed = 20261128;
const strengths = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536];

test('the logarithm of a mean, without overflow, and of nothing but zeros or an infinity', () => {
  expect(logMean(Float64Array.of(Math.log(1), Math.log(2), Math.log(6)))).toBeCloseTo(Math.log(3), 15);
  expect(logMean(Float64Array.of(1000, 1000))).toBe(1000);
  expect(logMean(Float64Array.of(-5000, -5000 + Math.log(3)))).toBeCloseTo(-5000 + Math.log(2), 12);
  expect(logMean(Float64Array.of(0, -Infinity))).toBeCloseTo(Math.log(0.5), 15);
  expect(logMean(Float64Array.of(-Infinity, -Infinity))).toBe(-Infinity);
  expect(logMean(Float64Array.of(0, Infinity))).toBe(Infinity);
});

describe('evidence', () => {
  test('starts at 1, keeps its largest, and is infinite once refuted', () => {
    const evidence = new MixtureEvidence(2);
    expect(evidence).toMatchObject({
      count: 0,
      logEvidence: 0,
      largestLogEvidence: 0,
      logMixture: 0,
      pValue: 1,
    });
    evidence.logComponents.set([Math.log(3), Math.log(5)]);
    evidence.record(true);
    expect(evidence.logEvidence).toBeCloseTo(Math.log(4), 15);
    evidence.logComponents.set([Math.log(0.5), Math.log(0.5)]);
    evidence.record(true);
    expect(evidence.count).toBe(2);
    expect(evidence.logEvidence).toBeCloseTo(Math.log(0.5), 15);
    expect(evidence.largestLogEvidence).toBeCloseTo(Math.log(4), 15);
    expect(evidence.pValue).toBeCloseTo(0.25, 15);
    evidence.record(false);
    expect(evidence).toMatchObject({
      count: 3,
      logEvidence: Infinity,
      largestLogEvidence: Infinity,
      pValue: 0,
    });
    expect(evidence.logMixture).toBeCloseTo(Math.log(0.5), 15);
  });

  test.each([
    ['uniform', uniformLaw(3)],
    ['peaked', peakedLaw(4)],
    ['with an impossible cell', [0.25, 0.75, 0]],
  ])(
    'categorical, a target that is %s: the mean over nine priors of the products of predictions',
    (_, law) => {
      const process = createCategoricalEProcess(law);
      const random = seededRandom(seed);
      const counts = law.map(() => 0);
      const products = strengths.map(() => 0);
      for (let draw = 0; draw < 40; draw++) {
        const cell = drawCell(law, random);
        for (const [index, strength] of strengths.entries()) {
          const predicted =
            ((counts[cell] as number) + strength * law.length * (law[cell] as number) + 1 / law.length) /
            (draw + strength * law.length + 1);
          products[index] = (products[index] as number) + Math.log(predicted / (law[cell] as number));
        }
        counts[cell] = (counts[cell] as number) + 1;
        process.observe(cell);
        expect(process.logEvidence).toBeCloseTo(logMean(Float64Array.from(products)), 11);
      }
    },
  );

  test('conditional: the mean over nine priors of the products of tilts, laws with impossible classes among them', () => {
    const laws = [uniformLaw(3), peakedLaw(3, 0.6), [0.5, 0.5, 0], [0.1, 0.2, 0.7]];
    const process = createConditionalEProcess(3);
    const random = seededRandom(seed);
    const drawn = [0, 0, 0];
    const expected = [0, 0, 0];
    const products = strengths.map(() => 0);
    for (let draw = 0; draw < 40; draw++) {
      const law = laws[draw % 4] as number[];
      const cell = drawCell(law, random);
      for (const [index, strength] of strengths.entries()) {
        const weights = law.map((probability, at) => {
          const share = ((expected[at] as number) + probability) / (draw + 1);
          return (
            ((drawn[at] as number) + strength * 3 * share + 1 / 3) /
            ((expected[at] as number) + (strength * 3 + 1) * share)
          );
        });
        const mean = law.reduce((sum, probability, at) => sum + probability * (weights[at] as number), 0);
        products[index] = (products[index] as number) + Math.log((weights[cell] as number) / mean);
      }
      for (const [at, probability] of law.entries()) expected[at] = (expected[at] as number) + probability;
      drawn[cell] = (drawn[cell] as number) + 1;
      process.observe(cell, law);
      expect(process.logEvidence).toBeCloseTo(logMean(Float64Array.from(products)), 11);
    }
  });

  test('categorical: an impossible draw refutes, and its mixture takes the target for 1', () => {
    const law = [0.25, 0.75, 0];
    const process = new DirichletMixture(Float64Array.from(law));
    process.observe(1);
    process.observe(2);
    const products = strengths.map((strength) => {
      const mass = 3 * strength;
      return Math.log((mass * 0.75 + 1 / 3) / (mass + 1) / 0.75) + Math.log(1 / 3 / (1 + mass + 1));
    });
    expect(process).toMatchObject({ count: 2, logEvidence: Infinity, pValue: 0 });
    expect(process.logMixture).toBeCloseTo(logMean(Float64Array.from(products)), 12);
    expect([...process.counts]).toEqual([0, 1, 1]);
  });

  test('conditional: a class that no law ever gives anything changes nothing', () => {
    const [three, two] = [createConditionalEProcess(3), createCategoricalEProcess([0.5, 0.5, 0])];
    for (const cell of [0, 1, 1, 0, 0, 0]) {
      three.observe(cell, [0.5, 0.5, 0]);
      two.observe(cell);
      expect(Number.isFinite(three.logEvidence)).toBe(true);
      // The categorical mixture keeps a share for the impossible cell, the tilt does not.
      expect(three.logEvidence).toBeGreaterThan(two.logEvidence);
    }
  });

  test('conditional: an impossible draw refutes and leaves the mixture as it was', () => {
    const process = createConditionalEProcess(2);
    process.observe(0, [0.25, 0.75]);
    const before = (process as unknown as MixtureEvidence).logMixture;
    process.observe(1, [1, 0]);
    expect(process).toMatchObject({ logEvidence: Infinity, count: 2, logMixture: before });
  });

  test('uniform: the mean of the categorical processes of 2 to 64 equal bins', () => {
    const bins = [2, 4, 8, 16, 32, 64];
    const process = createUniformEProcess();
    const histograms = bins.map((count) => createCategoricalEProcess(uniformLaw(count)));
    const random = seededRandom(seed);
    for (let draw = 0; draw < 100; draw++) {
      const uniform = draw === 0 ? 0 : random() ** 1.5;
      process.observe(uniform);
      for (const [index, count] of bins.entries()) histograms[index]?.observe(Math.floor(count * uniform));
      const mean = logMean(Float64Array.from(histograms, ({ logEvidence }) => logEvidence));
      expect(process.logEvidence).toBeCloseTo(mean, 11);
    }
    expect(process.count).toBe(100);
  });
});

test('the transform lies between the outcomes before the drawn one and those up to it', () => {
  const random = seededRandom(seed);
  for (let point = 0; point < 200; point++) {
    const law = normalise(Array.from({ length: 6 }, () => Math.ceil(4 * random())));
    const scores = law.map(() => Math.floor(3 * random()));
    const drawn = Math.floor(6 * random());
    const order = law
      .map((_, outcome) => outcome)
      .toSorted((one, other) => (scores[other] as number) - (scores[one] as number));
    const before = order
      .slice(0, order.indexOf(drawn))
      .reduce((sum, outcome) => sum + (law[outcome] as number), 0);
    const share = random();
    expect(randomisedPit(drawn, law, { random: () => share, scores })).toBeCloseTo(
      before + share * (law[drawn] as number),
      12,
    );
    expect(randomisedPit(drawn, law, { random: () => share })).toBe(
      randomisedPit(drawn, law, { random: () => share, scores: law }),
    );
  }
});

test('the slack at any time is the least over all scales', () => {
  for (const count of [1, 7, 300, 50_000]) {
    for (const minority of [0.5, 0.03]) {
      for (const alpha of [0.0125, 1e-6]) {
        let least = 1;
        for (let j = 0; j < 60; j++) {
          const scale = 4 / 2 ** j;
          const evidence = Math.log(((j + 1) * (j + 2)) / alpha) / count;
          least = Math.min(least, (evidence + indicatorLogMoment(scale, minority)) / scale);
        }
        expect(timeUniformSlack(count, minority, alpha)).toBe(least);
      }
    }
  }
});

test('the level of a look', () => {
  expect(alphaOfLook(0.06, 1)).toBeCloseTo(0.03, 15);
  expect(alphaOfLook(0.06, 2)).toBeCloseTo(0.01, 15);
  expect(alphaOfLook(0.06, 5)).toBeCloseTo(0.002, 15);
});

describe('the nearest law that is likely enough', () => {
  /** Likelihood over the target's, which is taken for 1 in cells where it is 0. */
  const logLikelihood = (
    counts: readonly number[],
    law: readonly number[],
    target: readonly number[],
  ): number =>
    counts.reduce(
      (sum, hits, cell) =>
        sum + (hits === 0 ? 0 : hits * Math.log((law[cell] as number) / ((target[cell] as number) || 1))),
      0,
    );

  test.each([
    [
      [30, 10, 5, 5],
      [0.3, 0.3, 0.3, 0.1],
    ],
    [
      [1, 0, 0, 9],
      [0.25, 0.25, 0.25, 0.25],
    ],
    [
      [12, 3, 0, 5],
      [0.4, 0.4, 0.2, 0],
    ],
    [
      [0, 0, 4, 4],
      [0.5, 0.5, 0, 0],
    ],
    [
      [3, 3, 3, 0],
      [0.3, 0.3, 0.3, 0.1],
    ],
    [
      [50, 20, 20, 10],
      [0.1, 0.2, 0.3, 0.4],
    ],
    [
      [10, 20],
      [0.5, 0.5],
    ],
    [
      [7, 0],
      [0.2, 0.8],
    ],
    [
      [5, 5],
      [1, 0],
    ],
  ])('counts %j against %j: no law nearer is as likely, and one hardly farther is', (counts, target) => {
    const count = counts.reduce((sum, hits) => sum + hits, 0);
    const shares = counts.map((hits) => hits / count);
    const largest = logLikelihood(counts, shares, target);
    const random = seededRandom(seed);
    for (const below of [0.05, 1, 5, 40]) {
      const threshold = largest - below;
      const distance = likelihoodDistance(Float64Array.from(counts), Float64Array.from(target), threshold);
      expect(distance).toBeGreaterThanOrEqual(0);
      expect(distance).toBeLessThanOrEqual(distanceBetween(shares, target) + 1e-12);
      // On the way from the target to the shares likelihood rises: the first law that is likely enough is an upper bound.
      let [low, high] = [0, 1];
      const between = (part: number): number[] =>
        target.map((probability, cell) => (1 - part) * probability + part * (shares[cell] as number));
      for (let step = 0; step < 60; step++) {
        const middle = (low + high) / 2;
        if (logLikelihood(counts, between(middle), target) >= threshold) high = middle;
        else low = middle;
      }
      const nearest = between(high);
      expect(distance).toBeLessThanOrEqual(distanceBetween(nearest, target) + 1e-9);
      // Random laws within the distance are never likely enough.
      for (let attempt = 0; attempt < 200 && distance > 0; attempt++) {
        const other = normalise(target.map(() => random() ** 4));
        const part = (distance * random()) / Math.max(distance, distanceBetween(other, target));
        const law = target.map(
          (probability, cell) => (1 - part) * probability + part * (other[cell] as number),
        );
        if (distanceBetween(law, target) < distance) {
          expect(logLikelihood(counts, law, target)).toBeLessThan(threshold + 1e-9);
        }
      }
    }
  });

  test('two cells: exactly where the binomial likelihood crosses the threshold', () => {
    for (const [hits, count, target] of [
      [30, 40, 0.5],
      [3, 40, 0.5],
      [40, 40, 0.3],
      [0, 40, 0.3],
      [20, 40, 1],
      [39, 40, 1],
    ] as const) {
      const counts = [hits, count - hits];
      const largest = logLikelihood(counts, [hits / count, 1 - hits / count], [target, 1 - target]);
      const distance = likelihoodDistance(
        Float64Array.from(counts),
        Float64Array.of(target, 1 - target),
        largest - 2,
      );
      const sign = hits / count > target ? 1 : -1;
      const law = [target + sign * distance, 1 - target - sign * distance];
      expect(logLikelihood(counts, law, [target, 1 - target])).toBeCloseTo(largest - 2, 6);
    }
  });
});

test('cells that neither counts nor target hold change nothing, and an impossible one forbids distance 0', () => {
  const [counts, target] = [Float64Array.of(30, 10, 5, 20), Float64Array.of(0.3, 0.3, 0.3, 0.1)];
  const spread = (values: Float64Array): Float64Array =>
    Float64Array.from([0, values[0], 0, values[1], 0, 0, values[2], values[3], 0] as number[]);
  for (const threshold of [-1, 1, 5, 8]) {
    expect(likelihoodDistance(spread(counts), spread(target), threshold)).toBeCloseTo(
      likelihoodDistance(counts, target, threshold),
      12,
    );
  }
  const [seen, impossible] = [Float64Array.of(5, 5, 2), Float64Array.of(0.5, 0.5, 0)];
  for (const threshold of [-10, -40]) {
    // The impossible cell needs a mass of about exp(threshold / 2).
    const distance = likelihoodDistance(seen, impossible, threshold);
    expect(distance / Math.exp(threshold / 2)).toBeGreaterThan(0.9);
    expect(distance / Math.exp(threshold / 2)).toBeLessThan(1.1);
  }
});

test('cells drawn alike for their targets count as one', () => {
  const whole = { counts: Float64Array.of(8, 2, 0), target: Float64Array.of(0.1, 0.5, 0.4) };
  const split = {
    counts: Float64Array.of(4, 0, 2, 0, 4, 0, 0, 0),
    target: Float64Array.of(0.05, 0.08, 0.5, 0.08, 0.05, 0.08, 0.08, 0.08),
  };
  const largest = 8 * Math.log(8) + 2 * Math.log(0.4);
  for (const below of [0.01, 0.5, 3, 10]) {
    const distance = likelihoodDistance(whole.counts, whole.target, largest - below);
    expect(likelihoodDistance(split.counts, split.target, largest - below)).toBeCloseTo(distance, 10);
  }
});

test('the transform stays below 1 whatever the rounding', () => {
  expect(randomisedPit(9, uniformLaw(10), { random: () => 1 - 2 ** -53 })).toBeLessThan(1);
});

test('both ends of a sequence contradict each other where the law changes on the way', () => {
  const sequence = createTotalVariationSequence([0.5, 0.5]);
  for (let draw = 0; draw < 2000; draw++) sequence.observe(draw % 2);
  expect(sequence.interval().consistent).toBe(true);
  for (let draw = 0; draw < 6000; draw++) sequence.observe(0);
  expect(sequence.interval().consistent).toBe(false);
});

describe('the total variation sequence', () => {
  test.each([
    ['equal laws', zipfLaw(5), 0],
    ['laws .2 apart', zipfLaw(5), 0.2],
    ['a peaked law', peakedLaw(4, 0.9), 0.05],
  ])('%s: both ends by definition, at every tenth draw', (_, target, distance) => {
    const confidence = 0.9;
    const alpha = 1 - confidence;
    const law = distance === 0 ? target : shiftedLaw(target, distance);
    const random = seededRandom(seed);
    const targets = Float64Array.from(target);
    const counts = new Float64Array(target.length);
    const sequence = createTotalVariationSequence(target, { confidence });
    const looks = [100, 150, 225, 338, 507];
    let [lower, upper] = [0, 1];
    for (let count = 1; count <= 520; count++) {
      const cell = drawCell(law, random);
      counts[cell] = (counts[cell] as number) + 1;
      sequence.observe(cell);
      if (looks.includes(count)) {
        const table = { counts, probabilities: targets, count, weight: 1 };
        const level = alphaOfLook(alpha / 4, looks.indexOf(count) + 1);
        const distanceLaw = createDistanceLaw([table]);
        upper = Math.min(upper, upperDistance([table], distanceLaw, level));
        lower = Math.max(lower, lowerDistance([table], distanceLaw, level));
      }
      if (count % 10 !== 0 && count > 3) continue;
      const interval = sequence.interval();
      const estimate = distanceBetween(
        Array.from(counts, (hits) => hits / count),
        target,
      );
      const slackAt = (bound: number): number =>
        timeUniformSlack(count, Math.min(0.5, minorityMass(targets) + bound), alpha / 4);
      for (let pass = 0; pass < 100; pass++) upper = Math.min(upper, estimate + slackAt(upper));
      const threshold = sequence.evidence.logEvidence + Math.log(alpha / 4);
      lower = Math.max(lower, likelihoodDistance(counts, targets, threshold));
      expect(interval.count).toBe(count);
      expect(interval.estimate).toBeCloseTo(estimate, 12);
      // Passes end where one would narrow the interval by less than a millionth.
      expect(interval.upper / upper).toBeCloseTo(1, 5);
      expect(interval.lower).toBeCloseTo(lower, 9);
      expect(interval.consistent).toBe(interval.lower <= interval.upper);
    }
  });

  test('its default confidence is 95 %', () => {
    const [byDefault, stated] = [
      createTotalVariationSequence([0.5, 0.5]),
      createTotalVariationSequence([0.5, 0.5], { confidence: 0.95 }),
    ];
    for (let draw = 0; draw < 120; draw++)
      for (const sequence of [byDefault, stated]) sequence.observe(draw % 2);
    expect(byDefault.interval()).toEqual(stated.interval());
  });
});

describe('bad input is refused by name', () => {
  const half = [0.5, 0.5];
  const random = (): number => 0.5;
  test.each([
    ['alpha', 'invalid-probability', { value: 1 }, /alpha/, () => alphaOfLook(1, 1)],
    ['look', 'out-of-range', { value: 0 }, /look/, () => alphaOfLook(0.1, 0)],
    ['probabilities', 'not-normalised', {}, /probabilities/, () => createCategoricalEProcess([0.5, 0.4])],
    [
      'cell',
      'mismatch',
      { value: 2 },
      /^cell is 2; it must be an integer, 0 to 1, one of the 2 listed/,
      () => createCategoricalEProcess(half).observe(2),
    ],
    ['cell', 'mismatch', { value: -1 }, /^cell/, () => createCategoricalEProcess(half).observe(-1)],
    ['cell', 'mismatch', { value: 0.5 }, /^cell/, () => createCategoricalEProcess(half).observe(0.5)],
    ['classes', 'out-of-range', { value: 1 }, /classes/, () => createConditionalEProcess(1)],
    [
      'probabilities',
      'mismatch',
      { value: 3 },
      /probabilities has 3 classes; this process was made for 2/,
      () => createConditionalEProcess(2).observe(0, [0.2, 0.3, 0.5]),
    ],
    [
      'probabilities',
      'not-normalised',
      {},
      /probabilities/,
      () => createConditionalEProcess(2).observe(0, [0.2, 0.3]),
    ],
    ['drawn', 'mismatch', { value: 2 }, /^drawn/, () => createConditionalEProcess(2).observe(2, half)],
    [
      'uniform',
      'out-of-range',
      { value: 1 },
      /^uniform is 1; it must be at least 0 and below 1/,
      () => createUniformEProcess().observe(1),
    ],
    ['uniform', 'out-of-range', { value: -0.1 }, /^uniform/, () => createUniformEProcess().observe(-0.1)],
    ['probabilities', 'not-normalised', {}, /probabilities/, () => randomisedPit(0, [0.5, 0.4], { random })],
    ['drawn', 'mismatch', { value: 2 }, /^drawn/, () => randomisedPit(2, half, { random })],
    [
      'probabilities',
      'invalid-probability',
      { value: 0, index: 1 },
      /^Outcome 1 was drawn, whose probability is 0: the law is not followed/,
      () => randomisedPit(1, [1, 0], { random }),
    ],
    [
      'scores',
      'mismatch',
      { value: 1 },
      /scores has 1 entries for 2 outcomes; give one each/,
      () => randomisedPit(0, half, { random, scores: [1] }),
    ],
    [
      'scores',
      'out-of-range',
      { value: Number.NaN, index: 1 },
      /^scores\[1\] is NaN; outcomes cannot be ordered by it/,
      () => randomisedPit(0, half, { random, scores: [1, Number.NaN] }),
    ],
    [
      'confidence',
      'invalid-probability',
      { value: 0 },
      /confidence/,
      () => createTotalVariationSequence(half, { confidence: 0 }),
    ],
    ['probabilities', 'not-normalised', {}, /probabilities/, () => createTotalVariationSequence([0.7, 0.7])],
    [
      'cell',
      'empty',
      {},
      /No draw was observed yet; observe one before asking for an interval/,
      () => createTotalVariationSequence(half).interval(),
    ],
    ['cell', 'mismatch', { value: 3 }, /^cell is 3/, () => requireCell(3, 3)],
  ] as const)('%s, %s', (argument, reason, fields, message, call) => {
    expectRefusal(call, reason, argument, { ...fields, message });
  });
});
