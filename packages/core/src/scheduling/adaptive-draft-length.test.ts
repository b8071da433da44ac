import { expect, test } from 'vitest';
import { createAdaptiveDraftLength } from './adaptive-draft-length.js';

const roundCosts = { lengths: [0, 1, 3, 7], milliseconds: [1, 1.45, 2.25, 3.85] };

/** Rounds in which exactly `accepted(round)` of the drafted tokens are kept; the lengths that were asked. */
function run(
  rounds: number,
  accepted: (round: number) => number,
  milliseconds?: (length: number) => number,
): number[] {
  const controller = createAdaptiveDraftLength({ roundCosts, firstProbe: 32 });
  return Array.from({ length: rounds }, (_, round) => {
    const askedLength = controller.next(7);
    const acceptedCount = Math.min(askedLength, accepted(round));
    controller.observe({
      askedLength,
      draftedCount: askedLength,
      acceptedCount,
      committedCount: acceptedCount + 1,
      draftMilliseconds: undefined,
      passMilliseconds: undefined,
      roundMilliseconds: milliseconds?.(askedLength),
    });
    return askedLength;
  });
}

test('a draft that is always right is drafted as long as it pays', () => {
  expect(run(40, () => 7).at(-1)).toBe(7);
});

test('a draft that is always wrong is soon left alone, then probed ever more rarely', () => {
  const lengths = run(2000, () => 0);
  const drafted = lengths.flatMap((length, round) => (length > 0 ? [round] : []));
  expect(drafted.length).toBeLessThan(30);
  expect(lengths.slice(1000).filter((length) => length > 0).length).toBeLessThanOrEqual(4);
  expect(Math.max(...lengths.slice(30))).toBe(1);
});

test('it comes back when the draft becomes right', () => {
  const lengths = run(6000, (round) => (round < 200 ? 0 : 7));
  expect(lengths.at(-1)).toBe(7);
});

test('a prior that is no list of probabilities is refused', () => {
  for (const priorAcceptance of [[], [1.2], [0.5, Number.NaN]])
    expect(() => createAdaptiveDraftLength({ roundCosts, priorAcceptance })).toThrow('priorAcceptance');
});

test('rounds that take longer than was measured are soon no longer drafted', () => {
  const always = (): number => 7;
  expect(run(60, always, (length) => 1 + 0.4 * length).at(-1)).toBe(7);
  expect(run(60, always, (length) => (length === 0 ? 1 : 9)).at(-1)).toBe(0);
});

test('it never asks for more than the limit', () => {
  const controller = createAdaptiveDraftLength({ roundCosts, priorAcceptance: [1] });
  for (const limit of [0, 1, 2]) expect(controller.next(limit)).toBeLessThanOrEqual(limit);
});
