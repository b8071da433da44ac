import { lowerCellLimit, upperCellLimit } from './cell-limits.js';
import type { CheckedTable } from './count-table.js';
import { deviationSlack } from './deviation-slack.js';
import type { DistanceLaw } from './distance-law.js';

// The bounds behind totalVariationInterval and equivalenceTest, for checked tables.

/** sum over tables of weight x sum |share - target| / 2. */
export function empiricalDistance(tables: readonly CheckedTable[]): number {
  let distance = 0;
  for (const { counts, probabilities, count, weight } of tables) {
    let sum = 0;
    for (let cell = 0; cell < counts.length; cell++) {
      sum += Math.abs((counts[cell] as number) / count - (probabilities[cell] as number));
    }
    distance += (weight * sum) / 2;
  }
  return distance;
}

/** Above the true distance except with probability alpha. */
export function upperDistance(tables: readonly CheckedTable[], law: DistanceLaw, alpha: number): number {
  const pair = asPair(tables);
  if (pair !== undefined) {
    const { hits, count, target } = pair;
    return Math.max(upperCellLimit(hits, count, alpha) - target, target - lowerCellLimit(hits, count, alpha));
  }
  return upperDistanceOf(empiricalDistance(tables), law, alpha);
}

/**
 * The upper bound for an empirical distance T: the largest d with least mean(d) - slack <= T. The slack grows
 * with d; starting from d = 1 each pass excludes more of the largest d, so every pass is a bound.
 *
 * A T below its mean under the target is raised to it there, so that no run of luck claims more than an exact
 * law is expected to; the plain T + slack stands beside it.
 */
export function upperDistanceOf(distance: number, law: DistanceLaw, alpha: number): number {
  const raised = Math.max(distance, law.meanUnderTarget);
  let bound = 1;
  for (let pass = 0; pass < 50; pass++) {
    const slack = deviationSlack(law.count, Math.min(0.5, law.minorityMass + bound), alpha);
    const next = Math.min(distance + slack, law.largestDistance(raised + slack));
    if (!(next < bound)) break;
    const settled = bound - next < 1e-6 * bound;
    bound = next;
    if (settled) break;
  }
  return bound;
}

/** Below the true distance except with probability alpha; 0 where nothing is proven. */
export function lowerDistance(tables: readonly CheckedTable[], law: DistanceLaw, alpha: number): number {
  const pair = asPair(tables);
  if (pair !== undefined) {
    const { hits, count, target } = pair;
    return Math.max(
      0,
      lowerCellLimit(hits, count, alpha / 2) - target,
      target - upperCellLimit(hits, count, alpha / 2),
    );
  }
  const fromMean = lowerDistanceOf(empiricalDistance(tables), law, alpha / 2);
  return Math.max(fromMean, lowerDistanceByCell(tables, alpha / 2));
}

/** The least d with d + mean under the target + slack >= T, by bisection. */
export function lowerDistanceOf(distance: number, law: DistanceLaw, alpha: number): number {
  const excess = distance - law.meanUnderTarget;
  const explains = (d: number): boolean =>
    d + deviationSlack(law.count, Math.min(0.5, law.minorityMass + d), alpha) >= excess;
  if (explains(0)) return 0;
  let low = 0;
  let high = excess;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (explains(middle)) high = middle;
    else low = middle;
  }
  return low;
}

/** Mass that must lie above, or below, the targets by simultaneous limits of all cells (Bonferroni). */
function lowerDistanceByCell(tables: readonly CheckedTable[], alpha: number): number {
  const limits = tables.reduce((sum, { counts }) => sum + 2 * counts.length, 0);
  let distance = 0;
  for (const { counts, probabilities, count, weight } of tables) {
    let above = 0;
    let below = 0;
    for (let cell = 0; cell < counts.length; cell++) {
      const hits = counts[cell] as number;
      const target = probabilities[cell] as number;
      // Only the side on which the share lies can prove anything.
      if (hits > count * target) above += Math.max(0, lowerCellLimit(hits, count, alpha / limits) - target);
      else below += Math.max(0, target - upperCellLimit(hits, count, alpha / limits));
    }
    distance += weight * Math.max(above, below);
  }
  return distance;
}

/** One table of two cells is one binomial count. */
function asPair(
  tables: readonly CheckedTable[],
): { readonly hits: number; readonly count: number; readonly target: number } | undefined {
  const [table, other] = tables;
  if (table === undefined || other !== undefined || table.counts.length !== 2) return undefined;
  return {
    hits: table.counts[0] as number,
    count: table.count,
    target: table.probabilities[0] as number,
  };
}
