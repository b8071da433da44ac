import type { Plan, PlannedDrafter, PromptReadingCost } from '@foretoken/planner';

/** What drafters of a plan take together to read the prompt of a text. */
export function promptReadingCost(plan: Plan, planned: readonly PlannedDrafter[]): PromptReadingCost {
  return {
    readingMilliseconds: planned.reduce((sum, { readingMilliseconds }) => sum + readingMilliseconds, 0),
    plainMilliseconds: 1000 / plan.plain.tokensPerSecond,
  };
}
