import { meanDeviation } from './mean-deviation.js';

/**
 * A lower bound of one cell's mean deviation as a function of the cell's true probability p: the largest of some
 * tangents, which lie below a convex function everywhere. It is given at its corners, at p = 0, at the target
 * and at p = 1; between them it is linear.
 */
export interface CellEnvelope {
  /** Corner probabilities, ascending. */
  readonly probabilities: Float64Array;
  /** Lower bound of E|share - target| at each corner. */
  readonly deviations: Float64Array;
  /** |probability - target| at each corner. */
  readonly distances: Float64Array;
}

/** Where tangents touch, in standard deviations of the observed share. */
const touchingPoints = [
  0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 4, 6,
] as const;

/** The envelope of a cell with the given target after `count` draws. About 40 incomplete beta functions. */
export function cellEnvelope(count: number, target: number): CellEnvelope {
  const deviation = Math.sqrt((target * (1 - target)) / count);
  const touching = Float64Array.of(
    0,
    target / 4,
    target / 2,
    target,
    1,
    ...touchingPoints.flatMap((distance) => [target - distance * deviation, target + distance * deviation]),
  )
    .filter((probability) => probability >= 0 && probability <= 1)
    .toSorted();
  const distinct = touching.filter(
    (probability, index) => index === 0 || probability > (touching[index - 1] as number),
  );
  const tangents = Array.from(distinct, (probability) => {
    const { value, slope } = meanDeviation(count, target, probability);
    return { probability, value, slope };
  });
  const corners: { probability: number; value: number }[] = [];
  for (const [index, tangent] of tangents.entries()) {
    const previous = tangents[index - 1];
    if (previous !== undefined && tangent.slope > previous.slope) {
      const crossing =
        (previous.value -
          tangent.value +
          tangent.slope * tangent.probability -
          previous.slope * previous.probability) /
        (tangent.slope - previous.slope);
      const probability = Math.min(tangent.probability, Math.max(previous.probability, crossing));
      // Rounding moves the crossing by a little: the lower of the two tangents there is safe.
      corners.push({
        probability,
        value: Math.min(heightAt(previous, probability), heightAt(tangent, probability)),
      });
    }
    if (index === 0 || index === tangents.length - 1 || tangent.probability === target) corners.push(tangent);
  }
  return {
    probabilities: Float64Array.from(corners, (corner) => corner.probability),
    deviations: Float64Array.from(corners, (corner) => corner.value),
    distances: Float64Array.from(corners, (corner) => Math.abs(corner.probability - target)),
  };
}

function heightAt(
  tangent: { readonly probability: number; readonly value: number; readonly slope: number },
  probability: number,
): number {
  return tangent.value + tangent.slope * (probability - tangent.probability);
}
