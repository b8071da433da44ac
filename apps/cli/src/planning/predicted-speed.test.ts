import type { Plan, PlannedDrafter } from '@foretoken/planner';
import { expect, test } from 'vitest';
import { predictedOf } from './predicted-speed.js';

const speedup = { estimate: 2, lower: 1.6, upper: 2.5 };
const drafter = {
  name: 'small.gguf',
  readingMilliseconds: 32,
  predictions: [{ length: 3, speedup, committedTokens: 2.5, roundMilliseconds: 12.5 }],
} as unknown as PlannedDrafter;
const plan = {
  drafters: [drafter],
  plain: { tokensPerSecond: 100 },
  predicted: { speedup, tokensPerSecond: 200, committedTokens: 2.5 },
} as unknown as Plan;

// bench held what a plan predicts of long answers against short ones, in which reading the prompt is a twentieth of the time.
test.each(['auto', 3] as const)('reading the prompt counts by the tokens of an answer: %s', (draftLength) => {
  const asked = { planned: [drafter], draftLength };
  expect(predictedOf(plan, { ...asked, tokens: undefined })).toEqual(speedup);
  // 64 tokens take 640 ms plainly, and by the plan 320 ms and the 32 of reading.
  expect(predictedOf(plan, { ...asked, tokens: 64 })?.estimate).toBeCloseTo(640 / 352, 12);
  expect(predictedOf(plan, { ...asked, tokens: 64_000 })?.estimate).toBeCloseTo(2, 3);
});

test('of lengths that a plan does not predict nothing is said', () => {
  expect(predictedOf(plan, { planned: [drafter], draftLength: 5, tokens: 64 })).toBeUndefined();
  expect(predictedOf(plan, { planned: [], draftLength: 'auto', tokens: 64 })).toBeUndefined();
});
