import { expect, test } from 'vitest';
import { breakEvenAcceptance } from './break-even.js';

const flat = (): number => 10;

test('with free drafts and passes that cost the same whatever they read, almost any acceptance pays', () => {
  const from = breakEvenAcceptance({ passMilliseconds: flat, draftMilliseconds: 0, longest: 1 });
  // One drafted token: 1 + a tokens in the time of one.
  expect(from).toBeCloseTo(0.02, 4);
});

test('one drafted token at a share c of a pass pays from an acceptance of c on, and 2 % of its round', () => {
  for (const share of [0.1, 0.3, 0.8]) {
    const from = breakEvenAcceptance({ passMilliseconds: flat, draftMilliseconds: 10 * share, longest: 1 });
    expect(1 + (from as number)).toBeCloseTo(1.02 * (1 + share), 4);
  }
});

test('the dearer drafts or long passes are, the more must be accepted', () => {
  const from = (draftMilliseconds: number, slope: number): number =>
    breakEvenAcceptance({
      passMilliseconds: (tokens) => 10 + slope * (tokens - 1),
      draftMilliseconds,
      longest: 15,
    }) ?? 1;
  for (const [cheap, dear] of [
    [from(1, 0), from(2, 0)],
    [from(1, 0), from(1, 2)],
  ] as const)
    expect(cheap).toBeLessThan(dear);
});

test('where even certain drafts lose there is none', () => {
  const passMilliseconds = (tokens: number): number => 10 * tokens;
  expect(breakEvenAcceptance({ passMilliseconds, draftMilliseconds: 0, longest: 15 })).toBeUndefined();
});
