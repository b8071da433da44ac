import { describe, expect, test } from 'vitest';
import { clopperPearsonInterval } from '../distributions/clopper-pearson-interval.js';
import { StatisticsError } from '../errors/statistics-error.js';
import { drawCell } from '../testing/draw-counts.js';
import { falseAlarmBudget, mostHits } from '../testing/false-alarm-budget.js';
import { distanceBetween, normalise, peakedLaw, shiftedLaw, uniformLaw, zipfLaw } from '../testing/laws.js';
import { randomOfEachTest } from '../testing/random-of-each-test.js';
import { alphaOfLook } from './alpha-of-look.js';
import { likelihoodDistance } from './likelihood-distance.js';
import { timeUniformSlack } from './time-uniform-slack.js';
import { createTotalVariationSequence } from './total-variation-sequence.js';

const random = randomOfEachTest(42);
const mostMissed = mostHits('coverage at all times', 200, 0.05);

describe('a sequence watched all the time covers the true distance', () => {
  test.each([
    ['two cells, equal laws', [0.3, 0.7], 0],
    ['two cells, distance .1', [0.3, 0.7], 0.1],
    ['six cells, equal laws', zipfLaw(6), 0],
    ['six cells, distance .1', zipfLaw(6), 0.1],
    ['a peaked law, distance .02', peakedLaw(5), 0.02],
  ])('%s', (_, target, distance) => {
    const law = distance === 0 ? target : shiftedLaw(target, distance);
    const truth = distanceBetween(law, target);
    let missed = 0;
    for (let run = 0; run < 200; run++) {
      const sequence = createTotalVariationSequence(target);
      let covers = true;
      for (let draw = 1; draw <= 600 && covers; draw++) {
        sequence.observe(drawCell(law, random));
        if (draw % 20 !== 0) continue;
        const { lower, upper } = sequence.interval();
        covers = lower <= truth + 1e-12 && truth <= upper + 1e-12;
      }
      if (!covers) missed++;
    }
    expect(missed).toBeLessThanOrEqual(mostMissed);
  });

  test('a fixed-n interval watched all the time does not: the control', () => {
    let missed = 0;
    for (let run = 0; run < 200; run++) {
      let hits = 0;
      let covers = true;
      for (let draw = 1; draw <= 600 && covers; draw++) {
        if (random() < 0.5) hits++;
        if (draw % 20 !== 0) continue;
        const { lower, upper } = clopperPearsonInterval(hits, draw);
        covers = lower <= 0.5 && 0.5 <= upper;
      }
      if (!covers) missed++;
    }
    expect(missed).toBeGreaterThan(mostMissed);
  });
});

describe('both ends', () => {
  test('close in on equal laws, and never widen', () => {
    const target = zipfLaw(50);
    // Half of the error rate is the lower end's.
    const confidence = 1 - 2 * falseAlarmBudget.alphaOf('equal laws are not told apart');
    const sequence = createTotalVariationSequence(target, { confidence });
    let last = 1;
    for (let draw = 1; draw <= 50_000; draw++) {
      sequence.observe(drawCell(target, random));
      if (draw % 5000 !== 0) continue;
      const interval = sequence.interval();
      expect(interval.upper).toBeLessThanOrEqual(last);
      expect(interval.lower).toBe(0);
      last = interval.upper;
    }
    expect(last).toBeLessThan(0.03);
  });

  test('prove a difference once the evidence does', () => {
    const target = uniformLaw(10);
    const law = shiftedLaw(target, 0.1);
    const sequence = createTotalVariationSequence(target, { confidence: 0.99 });
    while (sequence.evidence.logEvidence <= Math.log(4 / 0.01)) {
      expect(sequence.evidence.count).toBeLessThan(5000);
      sequence.observe(drawCell(law, random));
    }
    expect(sequence.interval().lower).toBeGreaterThan(0);
    for (let draw = 0; draw < 20_000; draw++) sequence.observe(drawCell(law, random));
    const { lower, upper, consistent } = sequence.interval();
    expect(lower).toBeGreaterThan(0.06);
    expect(upper).toBeLessThan(0.15);
    expect(consistent).toBe(true);
  });

  test('see an impossible outcome, and bound how often it happens', () => {
    const sequence = createTotalVariationSequence([0.5, 0.5, 0]);
    for (let draw = 0; draw < 1000; draw++) sequence.observe(draw % 100 === 99 ? 2 : draw % 2);
    const { lower } = sequence.interval();
    expect(lower).toBeGreaterThan(0.001);
    expect(lower).toBeLessThan(0.01);
  });

  test('contradict each other where the law changes on the way', () => {
    const sequence = createTotalVariationSequence([0.5, 0.5]);
    for (let draw = 0; draw < 5000; draw++) sequence.observe(draw % 2);
    expect(sequence.interval().consistent).toBe(true);
    for (let draw = 0; draw < 10_000; draw++) sequence.observe(0);
    expect(sequence.interval().consistent).toBe(false);
  });
});

describe('the nearest law that is likely enough', () => {
  /** Least distance on a grid of laws over three cells. */
  function byGrid(counts: readonly number[], target: readonly number[], threshold: number): number {
    const steps = 400;
    let least = Infinity;
    for (let first = 0; first <= steps; first++) {
      for (let second = 0; first + second <= steps; second++) {
        const law = [first / steps, second / steps, (steps - first - second) / steps];
        const likelihood = counts.reduce(
          (sum, hits, cell) =>
            sum + (hits === 0 ? 0 : hits * Math.log((law[cell] as number) / ((target[cell] as number) || 1))),
          0,
        );
        if (likelihood >= threshold) least = Math.min(least, distanceBetween(law, target));
      }
    }
    return least;
  }

  test.each([
    [
      [30, 10, 5],
      [0.3, 0.3, 0.4],
    ],
    [
      [0, 10, 35],
      [0.3, 0.3, 0.4],
    ],
    [
      [0, 0, 20],
      [0.2, 0.1, 0.7],
    ],
    [
      [7, 0, 3],
      [0.5, 0.5, 0],
    ],
    [
      [15, 15, 15],
      [0.9, 0.05, 0.05],
    ],
  ])('counts %j against %j, against a search over a grid', (counts, target) => {
    const total = counts.reduce((sum, hits) => sum + hits, 0);
    const largest = counts.reduce(
      (sum, hits, cell) =>
        sum + (hits === 0 ? 0 : hits * Math.log(hits / total / ((target[cell] as number) || 1))),
      0,
    );
    for (const below of [0.3, 1, 4]) {
      const distance = likelihoodDistance(
        Float64Array.from(counts),
        Float64Array.from(target),
        largest - below,
      );
      const grid = byGrid(counts, target, largest - below);
      expect(distance).toBeLessThanOrEqual(grid + 1e-9);
      expect(grid - distance).toBeLessThan(0.006);
    }
  });

  test('is the target itself where that is likely enough, and nearly the shares where only they are', () => {
    const target = Float64Array.from(normalise([1, 2, 3, 4]));
    const counts = Float64Array.of(4, 3, 2, 1);
    expect(likelihoodDistance(counts, target, -1e-9)).toBe(0);
    const largest = counts.reduce(
      (sum, hits, cell) => sum + hits * Math.log(hits / 10 / (target[cell] as number)),
      0,
    );
    expect(likelihoodDistance(counts, target, largest)).toBeCloseTo(0.4, 6);
  });
});

test('the slack at any time is at most twice that at a fixed one', () => {
  for (const count of [100, 10_000, 1_000_000]) {
    const fixed = Math.sqrt(Math.log(1 / 0.0125) / (2 * count));
    expect(timeUniformSlack(count, 0.5, 0.0125)).toBeGreaterThan(fixed);
    expect(timeUniformSlack(count, 0.5, 0.0125)).toBeLessThan(2 * fixed);
  }
});

test('looks share alpha', () => {
  let sum = 0;
  for (let look = 1; look <= 1000; look++) sum += alphaOfLook(0.05, look);
  expect(sum).toBeLessThan(0.05);
  expect(sum).toBeGreaterThan(0.0499);
  expect(() => alphaOfLook(0.05, 0)).toThrow(/look/);
});

test('bad input is refused', () => {
  expect(() => createTotalVariationSequence([0.7, 0.7])).toThrow(StatisticsError);
  expect(() => createTotalVariationSequence([1], { confidence: 1 })).toThrow(/confidence/);
  expect(() => createTotalVariationSequence([1]).interval()).toThrow(/No draw/);
  expect(() => createTotalVariationSequence([1]).observe(1)).toThrow(/cell/);
});
