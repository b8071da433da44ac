import type { PlannedDrafter } from '@foretoken/planner';
import { expect, test } from 'vitest';
import { knownOf } from './plan-selection.js';

// Was wrong: what copies text drafted up to 15 tokens whatever the pipeline's limit was.
test('what copies text drafts no more than the plan has costs of', () => {
  const planned = {
    drafter: { kind: 'prompt-lookup' },
    table: { acceptance: [0], lengths: [2] },
    roundCosts: { lengths: [0, 1, 2, 3, 4], milliseconds: [10, 11, 12, 13, 14] },
    priorAcceptance: [0.9],
  } as unknown as PlannedDrafter;
  expect(knownOf(planned)).toMatchObject({ lengths: [2], maximumLength: 4 });
  const model = { ...planned, drafter: { kind: 'draft-model', model: 'small.gguf' } } as PlannedDrafter;
  // One that is there and undefined would hide the drafter's own.
  expect(knownOf(model)).not.toHaveProperty('maximumLength');
});
