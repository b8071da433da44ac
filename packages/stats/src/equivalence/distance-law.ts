import { type CellEnvelope, cellEnvelope } from './cell-envelope.js';
import { meanDeviation } from './mean-deviation.js';
import { minorityMass } from './minority-mass.js';

/**
 * What can be said beforehand about the empirical total variation T of a number of draws from unknown laws against
 * known targets, T = sum over tables of weight x sum |share - target| / 2.
 */
export interface DistanceLaw {
  /** Draws in all. */
  readonly count: number;
  /** Mean of T where the laws are the targets. Also the most by which its mean exceeds the true distance. */
  readonly meanUnderTarget: number;
  /** See deviationSlack: for laws equal to their targets. Each unit of true distance adds one at most. */
  readonly minorityMass: number;
  /** The largest true distance at which the mean of T can be as small as this, 0 or more. */
  largestDistance(mean: number): number;
}

/** A table without its counts: how many draws, and the target of each cell. */
export interface TableShape {
  readonly count: number;
  /** Share of all draws. */
  readonly weight: number;
  readonly probabilities: ArrayLike<number>;
}

const slopeCount = 32;
const bisections = 22;

/**
 * The two bounds on the mean of T that make an interval of it.
 *
 * From above: a cell's mean deviation has slope at most 1 in the cell's probability, so
 * E T <= TV + (E T where laws are targets).
 * From below: for every slope s in (0, 1] and any multipliers u, one per table,
 * E T - s TV >= sum over tables of weight x (u + sum over cells of the least over p of
 * (deviation(p) - s |p - target|) / 2 - u p) = intercept(s), by Lagrangian duality: probabilities that sum to 1
 * are among all p. At slope 1 the intercept is 0 or more (Jensen's inequality); for many cells smaller slopes are
 * better by far, since T is large even where the laws are their targets.
 *
 * Time and memory: about 40 incomplete beta functions per distinct (draws, target) when first asked for a largest
 * distance, and 22 x 40 steps a cell for each of about ten slopes.
 */
export function createDistanceLaw(tables: readonly TableShape[]): DistanceLaw {
  let count = 0;
  let meanUnderTarget = 0;
  let averageMinority = 0;
  for (const table of tables) {
    count += table.count;
    meanUnderTarget += table.weight * meanDistance(table);
    averageMinority += table.weight * minorityMass(table.probabilities);
  }
  let interceptAt: ((index: number) => number) | undefined;
  return {
    count,
    meanUnderTarget,
    minorityMass: averageMinority,
    largestDistance(mean) {
      interceptAt ??= createIntercepts(tables);
      const intercepts = interceptAt;
      return Math.max(
        0,
        leastOf(slopeCount, (index) => (mean - intercepts(index)) / slopeOf(index)),
      );
    },
  };
}

function slopeOf(index: number): number {
  return (index + 1) / slopeCount;
}

/** Least value found of a sequence with one valley, by halving. */
function leastOf(length: number, valueAt: (index: number) => number): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (valueAt(middle) <= valueAt(middle + 1)) high = middle;
    else low = middle + 1;
  }
  return valueAt(low);
}

/** E T of one table where the law is its target. */
function meanDistance({ count, probabilities }: TableShape): number {
  let sum = 0;
  for (let cell = 0; cell < probabilities.length; cell++) {
    const target = probabilities[cell] as number;
    sum += meanDeviation(count, target, target).value;
  }
  return sum / 2;
}

/** intercept(s) by the number of the slope, each computed once. */
function createIntercepts(tables: readonly TableShape[]): (index: number) => number {
  const cells = tables.map(({ count, weight, probabilities }) => {
    const envelopes = new Map<number, CellEnvelope>();
    return {
      weight,
      envelopes: Array.from(probabilities, (target) => {
        const envelope = envelopes.get(target) ?? cellEnvelope(count, target);
        envelopes.set(target, envelope);
        return envelope;
      }),
    };
  });
  const known = new Map<number, number>();
  return (index) => {
    let intercept = known.get(index);
    if (intercept === undefined) {
      const slope = slopeOf(index);
      intercept = cells.reduce(
        (sum, { weight, envelopes }) => sum + weight * largestIntercept(envelopes, slope),
        0,
      );
      // Jensen's inequality, where the tangents lose a little.
      if (slope === 1) intercept = Math.max(0, intercept);
      known.set(index, intercept);
    }
    return intercept;
  };
}

/** The best multiplier u, by bisection on the sign of 1 - sum of the minimising p. */
function largestIntercept(cells: readonly CellEnvelope[], slope: number): number {
  let low = -1;
  let high = 1;
  let largest = -Infinity;
  for (let step = 0; step < bisections; step++) {
    const multiplier = (low + high) / 2;
    let intercept = multiplier;
    let mass = 0;
    for (const { probabilities, deviations, distances } of cells) {
      let least = Infinity;
      let leastAt = 0;
      for (let corner = 0; corner < probabilities.length; corner++) {
        const probability = probabilities[corner] as number;
        const value =
          ((deviations[corner] as number) - slope * (distances[corner] as number)) / 2 -
          multiplier * probability;
        if (value < least) {
          least = value;
          leastAt = probability;
        }
      }
      intercept += least;
      mass += leastAt;
    }
    largest = Math.max(largest, intercept);
    if (mass < 1) low = multiplier;
    else high = multiplier;
  }
  return largest;
}
