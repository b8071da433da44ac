import type { CostCurve } from '@foretoken/core';

/** A step is so many times the mean increase by one token. */
const steepness = 2;
/** What a step adds to the pass before it, at least: less is noise. */
const leastShare = 0.05;

/**
 * The lengths after which one token more makes a pass markedly dearer, since kernels begin another group of rows there:
 * drafts pay best where target passes end at one. Only between lengths that follow each other; a straight line has none.
 */
export function costSteps({ lengths, milliseconds }: CostCurve): number[] {
  const span = (lengths.at(-1) as number) - (lengths[0] as number);
  const mean = ((milliseconds.at(-1) as number) - (milliseconds[0] as number)) / span;
  return lengths.filter((length, index) => {
    if (lengths[index + 1] !== length + 1) return false;
    const cost = milliseconds[index] as number;
    const increase = (milliseconds[index + 1] as number) - cost;
    return increase > steepness * mean && increase > leastShare * cost;
  });
}
