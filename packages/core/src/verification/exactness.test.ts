import { describe, expect, test } from 'vitest';
import {
  type EnumeratedDrafting,
  enumerateJointLaw,
  expectedCommitted,
  jointLaw,
  largestDifference,
  type TableLaw,
} from '../testing/enumerate-joint-law.js';
import { randomTable, type TableKind } from '../testing/random-table.js';
import {
  blockStopsAtFirstFailure,
  bonusFromDraft,
  freshRedraw,
  literalDifference,
  resampleFromTarget,
  residualByRank,
} from '../testing/wrong-rules.js';
import { block } from './block.js';
import { verificationRules } from './rules.js';
import { tokenwise } from './tokenwise.js';

// Proofs by enumeration: nothing is sampled, so nothing has a false-alarm probability. The tables' seeds are fixed.
const tolerance = 1e-12;
const count = 4;
const vocabularySize = 3;
const kinds: readonly TableKind[] = ['smooth', 'peaked', 'one-hot', 'truncated', 'ties'];
const fixed = (length: number) => (): number => length;

function error(
  rule: Parameters<typeof enumerateJointLaw>[0],
  target: TableLaw,
  drafting: EnumeratedDrafting,
): number {
  return largestDifference(enumerateJointLaw(rule, target, drafting, count), jointLaw(target, count));
}

describe.each([...verificationRules.values()])('$name keeps the joint law of the target', (rule) => {
  test.each(kinds.flatMap((target) => kinds.map((draft) => ({ target, draft }))))(
    'over several rounds: target $target, draft $draft',
    ({ target, draft }) => {
      for (const seed of [1, 2, 3]) {
        const drafting = { drawn: randomTable(100 + seed, vocabularySize, draft), length: fixed(2) };
        expect(error(rule, randomTable(seed, vocabularySize, target), drafting)).toBeLessThan(tolerance);
      }
    },
  );

  test.each([0, 1, 2, 3])('with drafts of %i tokens', (length) => {
    const target = randomTable(7, vocabularySize, 'smooth');
    expect(
      error(rule, target, { drawn: randomTable(8, vocabularySize, 'smooth'), length: fixed(length) }),
    ).toBeLessThan(tolerance);
  });

  test('with disjoint supports, where every draft token is rejected', () => {
    const target: TableLaw = () => ({
      tokens: Int32Array.of(0, 1),
      probabilities: Float64Array.of(0.25, 0.75),
    });
    const drawn: TableLaw = () => ({ tokens: Int32Array.of(2), probabilities: Float64Array.of(1) });
    expect(error(rule, target, { drawn, length: fixed(2) })).toBeLessThan(tolerance);
  });

  test('with a draft equal to the target, whose residual has no mass', () => {
    const target = randomTable(9, vocabularySize, 'smooth');
    expect(error(rule, target, { drawn: target, length: fixed(2) })).toBeLessThan(tolerance);
  });

  test('with lengths that depend on what was committed and on discarded drafts', () => {
    const target = randomTable(10, vocabularySize, 'smooth');
    const drawn = randomTable(11, vocabularySize, 'smooth');
    const length = (committed: readonly number[], discarded: readonly number[]): number =>
      ((committed.at(-1) ?? 0) + (discarded.includes(1) ? 2 : 0)) % 4;
    expect(error(rule, target, { drawn, length })).toBeLessThan(tolerance);
  });

  test('with drafts that stop after a token of low probability, and keep it', () => {
    const target = randomTable(12, vocabularySize, 'smooth');
    const drawn = randomTable(13, vocabularySize, 'smooth');
    const stop = (_: readonly number[], probability: number) => (probability < 0.3 ? 'keep' : undefined);
    expect(error(rule, target, { drawn, length: fixed(3), stop })).toBeLessThan(tolerance);
  });
});

describe('wrong rules fail the same proof', () => {
  const target = randomTable(20, vocabularySize, 'smooth');
  const drawn = randomTable(21, vocabularySize, 'smooth');
  const visible = 1e-3;

  test.each([
    literalDifference,
    resampleFromTarget,
    residualByRank,
    bonusFromDraft,
    freshRedraw,
    blockStopsAtFirstFailure,
  ])('$name', (rule) => {
    expect(error(rule, target, { drawn, length: fixed(2) })).toBeGreaterThan(visible);
  });

  test.each([tokenwise, block])('a greedy draft that reports soft probabilities, under $name', (rule) => {
    const greedy: TableLaw = (history) => {
      const { probabilities } = drawn(history);
      const best = probabilities.indexOf(Math.max(...probabilities));
      return { tokens: Int32Array.of(best), probabilities: Float64Array.of(1) };
    };
    expect(error(rule, target, { drawn: greedy, reported: drawn, length: fixed(2) })).toBeGreaterThan(
      visible,
    );
  });

  test.each([tokenwise, block])('a draft that drops a token of low probability, under $name', (rule) => {
    const stop = (_: readonly number[], probability: number) => (probability < 0.3 ? 'drop' : undefined);
    expect(error(rule, target, { drawn, length: fixed(2), stop })).toBeGreaterThan(visible);
  });
});

describe('expected committed tokens', () => {
  test('block verification never has fewer than tokenwise (Sun et al., theorem 2)', () => {
    for (let seed = 0; seed < 40; seed++) {
      const target = randomTable(seed, vocabularySize, 'smooth');
      const drafting = { drawn: randomTable(1000 + seed, vocabularySize, 'smooth'), length: fixed(3) };
      const [blockwise, tokens] = [block, tokenwise].map((rule) => expectedCommitted(rule, target, drafting));
      expect(blockwise).toBeGreaterThanOrEqual((tokens as number) - tolerance);
    }
  });

  test('tokenwise has (1 - a^(k+1)) / (1 - a) where every position accepts with probability a', () => {
    const target: TableLaw = () => ({ tokens: undefined, probabilities: Float64Array.of(0.5, 0.3, 0.2) });
    const drawn: TableLaw = () => ({ tokens: undefined, probabilities: Float64Array.of(0.7, 0.2, 0.1) });
    const acceptance = 0.5 + 0.2 + 0.1;
    for (const length of [1, 2, 3, 4]) {
      const expected = (1 - acceptance ** (length + 1)) / (1 - acceptance);
      expect(expectedCommitted(tokenwise, target, { drawn, length: fixed(length) })).toBeCloseTo(
        expected,
        12,
      );
    }
  });
});
