import { lossyRules, verificationRules } from '@foretoken/core';
import { kSeqUndivided, residualOfFirstSibling } from '@foretoken/core/testing';
import { describe, expect, test } from 'vitest';
import { halfPrecisionDraft, oneHotReport, sampledMutants } from '../mutants/index.js';
import { proveRule } from './prove-rule.js';

// Enumerations: nothing is sampled, so nothing has a false-alarm probability.
describe('the proof by enumeration', () => {
  test.each([...verificationRules.values()])('holds for $name', (rule) => {
    const proof = proveRule(rule);
    expect(proof.failed).toEqual([]);
    expect(proof.worstError).toBeLessThan(1e-12);
    expect(proof.caseCount).toBeGreaterThan(30);
  });

  test.each([...lossyRules.values()])('fails for $name', (rule) => {
    const proof = proveRule(rule);
    expect(proof.holds).toBe(false);
    expect(proof.worstError).toBeGreaterThan(0.01);
  });

  test.each([residualOfFirstSibling, kSeqUndivided])(
    'finds on trees what chains cannot show: $name',
    (rule) => {
      const proof = proveRule(rule);
      expect(proof.holds).toBe(false);
      for (const name of proof.failed) expect(name).toMatch(/^siblings/);
    },
  );

  test('holds for a soft draft that is reported as one-hot', () => {
    const { rule, draft } = oneHotReport.enumerated;
    expect(proveRule(rule, draft)).toMatchObject({ holds: true });
  });

  test('finds probabilities that underflow in half precision, where sampling cannot', () => {
    const { rule, draft } = halfPrecisionDraft.enumerated;
    const proof = proveRule(rule, draft);
    expect(proof.failed).toContain('probabilities below half precision');
    // The token of draft probability 2e-8 and target probability 1e-10 is always kept.
    const underflow = 2e-8 - 1e-10;
    expect(proof.worstError).toBeGreaterThan(underflow / 10);
  });

  const known = sampledMutants.filter(({ enumerated }) => {
    const { keepsStaleToken, countsAtRoundStart, randomKey } = enumerated;
    return keepsStaleToken !== true && countsAtRoundStart !== true && randomKey === undefined;
  });
  test.each(known)('finds the mutant: $name', ({ enumerated }) => {
    const proof = proveRule(enumerated.rule, enumerated.draft);
    expect(proof.holds).toBe(false);
    expect(proof.worst.position).toBeGreaterThanOrEqual(1);
  });
});
