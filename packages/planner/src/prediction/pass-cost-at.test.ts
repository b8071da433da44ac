import { expect, test } from 'vitest';
import { stepCurve, targetConfiguration } from '../../testing/small-profile.js';
import { passCostsOf } from './pass-cost-at.js';

const at = (contexts: readonly (readonly [contextTokens: number, fixed: number])[]) => {
  const passCosts = contexts.map(([contextTokens, fixed]) =>
    stepCurve(targetConfiguration, [fixed, 0], contextTokens),
  );
  const costs = passCostsOf({ passCosts }, targetConfiguration);
  return (contextTokens: number) => costs?.at(1, contextTokens);
};

// After prompts longer than the longest measured context, passes were taken to cost what they do there.
test('passes cost in proportion between measured contexts and beyond the longest, and no less than the shortest before it', () => {
  const cost = at([
    [100, 10],
    [500, 14],
  ]);
  for (const [contextTokens, milliseconds] of [
    [1, 10],
    [100, 10],
    [300, 12],
    [500, 14],
    [900, 18],
  ] as const)
    expect(cost(contextTokens)).toBeCloseTo(milliseconds, 12);
});

test('a longer context is never taken to make a pass cheaper', () => {
  const cost = at([
    [100, 14],
    [500, 10],
  ]);
  expect(cost(300)).toBeCloseTo(12, 12);
  expect(cost(5000)).toBe(10);
});
