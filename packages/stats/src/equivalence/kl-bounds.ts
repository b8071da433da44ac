import { lowerCellLimit, upperCellLimit } from './cell-limits.js';
import type { CheckedTable } from './count-table.js';
import type { DistanceLaw } from './distance-law.js';
import { lowerDistance, upperDistance } from './total-variation-bounds.js';

// The bounds behind klDivergenceInterval and equivalenceTest, for checked tables. Natural logarithms.

/**
 * A cell's share of the Kullback-Leibler divergence, p log(p / q) - p + q: never negative and convex in p, with the
 * same sum over cells as p log(p / q). Infinite where the target q is 0 and p is not.
 */
export function divergenceShare(probability: number, target: number): number {
  if (probability === 0) return target;
  if (target === 0) return Infinity;
  const relative = (probability - target) / target;
  // log1p keeps the digits near the target, where the terms cancel.
  return target * ((1 + relative) * Math.log1p(relative) - relative);
}

/** sum over tables of weight x sum share log(share / target). */
export function empiricalDivergence(tables: readonly CheckedTable[]): number {
  let divergence = 0;
  for (const { counts, probabilities, count, weight } of tables) {
    for (let cell = 0; cell < counts.length; cell++) {
      divergence += weight * divergenceShare((counts[cell] as number) / count, probabilities[cell] as number);
    }
  }
  return divergence;
}

/** Mass that can move into, or out of, a cell, and the divergence that each unit of it brings at most. */
interface Movement {
  readonly mass: number;
  readonly divergencePerMass: number;
}

/**
 * Above the divergence except with probability alpha. Half of alpha bounds the total variation, half the
 * probabilities of all cells at once (Clopper-Pearson, Bonferroni). Within a cell's limits a chord lies above
 * the convex share; the most divergence that the allowed total variation can buy, in gains and in losses, is two
 * fractional knapsacks.
 */
export function upperDivergence(tables: readonly CheckedTable[], law: DistanceLaw, alpha: number): number {
  const limits = tables.reduce((sum, { counts }) => sum + 2 * counts.length, 0);
  const gains: Movement[] = [];
  const losses: Movement[] = [];
  for (const { counts, probabilities, count, weight } of tables) {
    for (let cell = 0; cell < counts.length; cell++) {
      const hits = counts[cell] as number;
      const target = probabilities[cell] as number;
      const level = alpha / 2 / limits;
      const upper = upperCellLimit(hits, count, level);
      const lower = lowerCellLimit(hits, count, level);
      if (upper > target) gains.push(movementTo(upper, target, weight));
      if (lower < target) losses.push(movementTo(lower, target, weight));
    }
  }
  const distance = upperDistance(tables, law, alpha / 2);
  return mostDivergence(gains, distance) + mostDivergence(losses, distance);
}

/** From the target to the limit, along a chord of the convex share. */
function movementTo(limit: number, target: number, weight: number): Movement {
  const mass = Math.abs(limit - target);
  return { mass: weight * mass, divergencePerMass: divergenceShare(limit, target) / mass };
}

/** Takes the dearest mass first, until `distance` is used up. */
function mostDivergence(movements: readonly Movement[], distance: number): number {
  let left = distance;
  let divergence = 0;
  for (const { mass, divergencePerMass } of movements.toSorted(
    (one, other) => other.divergencePerMass - one.divergencePerMass,
  )) {
    const moved = Math.min(mass, left);
    if (moved <= 0) break;
    divergence += moved * divergencePerMass;
    left -= moved;
  }
  return divergence;
}

/**
 * Below the divergence except with probability alpha; 0 where nothing is proven. Half of alpha goes to Pinsker's
 * inequality, 2 TV^2, half to the cells whose limits exclude their target.
 */
export function lowerDivergence(tables: readonly CheckedTable[], law: DistanceLaw, alpha: number): number {
  const limits = tables.reduce((sum, { counts }) => sum + 2 * counts.length, 0);
  let byCell = 0;
  for (const { counts, probabilities, count, weight } of tables) {
    for (let cell = 0; cell < counts.length; cell++) {
      const hits = counts[cell] as number;
      const target = probabilities[cell] as number;
      const level = alpha / 2 / limits;
      const above = hits > count * target;
      const limit = above ? lowerCellLimit(hits, count, level) : upperCellLimit(hits, count, level);
      if (above ? limit > target : limit < target) byCell += weight * divergenceShare(limit, target);
    }
  }
  return Math.max(byCell, 2 * lowerDistance(tables, law, alpha / 2) ** 2);
}
