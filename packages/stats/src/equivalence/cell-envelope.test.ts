import { expect, test } from 'vitest';
import { cellEnvelope } from './cell-envelope.js';
import { meanDeviation } from './mean-deviation.js';

const cells = [
  [1, 0.4],
  [50, 0.02],
  [50, 0.98],
  [1000, 0.3],
  [100_000, 0.002],
  [10, 0],
  [10, 1],
  [7, 0.5],
] as const;

test('the envelope never exceeds the mean deviation, and loses at most 2 % of a standard deviation', () => {
  for (const [count, target] of [
    [50, 0.02],
    [1000, 0.3],
    [100_000, 0.002],
  ] as const) {
    const { probabilities, deviations } = cellEnvelope(count, target);
    const deviation = Math.sqrt((target * (1 - target)) / count);
    for (let point = 0; point < 400; point++) {
      const probability = Math.max(0, target + (point / 50 - 4) * deviation);
      const next = probabilities.findIndex((corner) => corner > probability);
      const left = probabilities[next - 1] as number;
      const right = probabilities[next] as number;
      const share = (probability - left) / (right - left);
      const envelope = (1 - share) * (deviations[next - 1] as number) + share * (deviations[next] as number);
      const { value } = meanDeviation(count, target, probability);
      expect(envelope).toBeLessThanOrEqual(value + 1e-13);
      expect(value - envelope).toBeLessThan(0.02 * deviation);
    }
  }
});

test.each(cells)(
  '%d draws at %d: corners ascend from 0 to 1, exact at both ends and at the target',
  (count, target) => {
    const { probabilities, deviations, distances } = cellEnvelope(count, target);
    expect(probabilities).toEqual(probabilities.toSorted());
    expect([probabilities[0], probabilities.at(-1)]).toEqual([0, 1]);
    for (const exact of [0, target, 1]) {
      const corner = probabilities.indexOf(exact);
      expect(deviations[corner]).toBeCloseTo(meanDeviation(count, target, exact).value, 14);
    }
    expect([...distances]).toEqual(
      Array.from(probabilities, (probability) => Math.abs(probability - target)),
    );
  },
);

test.each(cells)(
  '%d draws at %d: is the largest of tangents, whose neighbours meet at the corners',
  (count, target) => {
    const { probabilities, deviations } = cellEnvelope(count, target);
    const deviation = Math.sqrt((target * (1 - target)) / count);
    const spread = [
      0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 4, 6,
    ].flatMap((distance) => [target - distance * deviation, target + distance * deviation]);
    const tangents = [0, target / 4, target / 2, target, 1, ...spread]
      .filter((touching) => touching >= 0 && touching <= 1)
      .map((touching) => ({ touching, ...meanDeviation(count, target, touching) }));
    const largestAt = (probability: number): number =>
      Math.max(...tangents.map(({ touching, value, slope }) => value + slope * (probability - touching)));
    for (const [corner, probability] of probabilities.entries())
      expect(deviations[corner]).toBeCloseTo(largestAt(probability), 12);
    // Between corners it is linear.
    for (let corner = 1; corner < probabilities.length; corner++) {
      const [left, right] = [corner - 1, corner].map((at) => probabilities[at] as number) as [number, number];
      const middle = ((deviations[corner - 1] as number) + (deviations[corner] as number)) / 2;
      expect(middle).toBeCloseTo(largestAt((left + right) / 2), 12);
    }
  },
);
