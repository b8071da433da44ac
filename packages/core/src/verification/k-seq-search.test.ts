import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import { randomTable, type TableKind } from '../testing/random-table.js';
import { kSeqDivision } from './k-seq-division.js';
import { decide, overlap } from './k-seq-shares.js';

// What the search for the division costs. The real functions, of which the calls are counted.
vi.mock('./k-seq-shares.js', { spy: true });

beforeEach(() => {
  vi.clearAllMocks();
});

const kinds: readonly TableKind[] = ['smooth', 'peaked', 'ties'];
const cases = kinds.flatMap((left) =>
  kinds.flatMap((right) => [12, 1000].map((size) => ({ left, right, size }))),
);

/** Searches, and tells the ends, the tokens that they leave undecided and how often beta was summed up. */
function search(target: Distribution, drafted: Distribution, count: number) {
  vi.clearAllMocks();
  const division = kSeqDivision(target, drafted, count);
  const { calls, results } = vi.mocked(decide).mock;
  const [, low, high] = calls[0] as [number, number, number];
  const undecided = results[0]?.value.undecided as number;
  const summedUp = vi.mocked(overlap).mock.calls.map(([size]) => size);
  return { division, low, high, undecided, summedUp };
}

/** beta(rho), from the definition. */
function keptOfOne(target: Distribution, drafted: Distribution, division: number): number {
  return target.probabilities.reduce(
    (sum, wanted, token) => sum + Math.min(drafted.probabilities[token] as number, wanted / division),
    0,
  );
}

/** Left side less right side of the equation, over beta. */
const difference = (beta: number, division: number, count: number): number =>
  (1 - (1 - beta) ** count) / beta - division;

describe.each(cases)('target $left, draft $right, $size tokens', ({ left, right, size }) => {
  const tables = (seed: number): [Distribution, Distribution] => [
    randomTable(seed, size, left)([]),
    randomTable(500 + seed, size, right)([]),
  ];

  test('the ends solve the equation for the lines around beta, and hold the root', () => {
    for (let seed = 0; seed < 3; seed++) {
      const [target, drafted] = tables(seed);
      for (const count of [2, 3, 8]) {
        const { division, low, high } = search(target, drafted, count);
        expect(low <= division && division <= high).toBe(true);
        const first = keptOfOne(target, drafted, 1);
        const start = 1 + difference(first, 1, count);
        const second = keptOfOne(target, drafted, start);
        // beta is concave in 1 / rho: beyond two of its points it lies below the line through them, and above the one to 0.
        const most = second - ((first - second) / (1 - 1 / start)) * (1 / start - 1 / low);
        expect(Math.abs(difference(most, low, count))).toBeLessThan(1e-7);
        expect(Math.abs(difference((second * start) / high, high, count))).toBeLessThan(1e-7);
      }
    }
  });

  test('two sums over all tokens, then over those that are undecided between the ends', () => {
    for (let seed = 0; seed < 3; seed++) {
      const [target, drafted] = tables(seed);
      for (const count of [2, 3, 8]) {
        const { low, high, undecided, summedUp } = search(target, drafted, count);
        const between = target.probabilities.filter((wanted, token) => {
          const there = drafted.probabilities[token] as number;
          return wanted > low * there && wanted < high * there;
        });
        expect(undecided).toBe(between.length);
        expect(summedUp.slice(0, 2)).toEqual([size, size]);
        expect(summedUp.slice(2).every((tokens) => tokens === undecided)).toBe(true);
        // By halves it would take more than 40.
        expect(summedUp.length).toBeLessThanOrEqual(14);
      }
    }
  });

  test('where the number returned was tried, its difference was not positive', () => {
    let tried = 0;
    for (let seed = 0; seed < 8; seed++) {
      for (const count of [2, 3, 8]) {
        const { division } = search(...tables(seed), count);
        const { calls, results } = vi.mocked(overlap).mock;
        const at = calls.findLastIndex(([, where]) => where === division);
        if (at < 2) continue;
        tried += 1;
        const decided = vi.mocked(decide).mock.results[0]?.value as ReturnType<typeof decide>;
        const beta = decided.ofDraft + decided.ofTarget / division + (results[at]?.value as number);
        expect(-Math.expm1(count * Math.log1p(-beta)) / beta - division).toBeLessThanOrEqual(0);
      }
    }
    expect(tried).toBeGreaterThan(10);
  });

  test('many children: after 16 steps by halves, which 54 at most bring to the last bits', () => {
    for (let seed = 0; seed < 3; seed++)
      expect(search(...tables(seed), 64).summedUp.length).toBeLessThanOrEqual(3 + 16 + 54);
  });
});

const dense = (...probabilities: number[]): Distribution => ({
  tokens: undefined,
  probabilities: Float64Array.from(probabilities),
});

test.each([
  ['one child', dense(0.2, 0.8), dense(0.7, 0.3), 1, 0],
  ['the target itself', dense(0.7, 0.3), dense(0.7, 0.3), 4, 1],
  ['disjoint supports', dense(0, 1), dense(1, 0), 4, 1],
])('%s: no search', (_, target, drafted, count, sums) => {
  expect(kSeqDivision(target, drafted, count)).toBe(1);
  expect(vi.mocked(overlap).mock.calls.length).toBe(sums);
});
