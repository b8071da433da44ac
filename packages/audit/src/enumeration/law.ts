/** A joint law of tokens: keys are the tokens joined by commas, in the order in which they are emitted. */
export type JointLaw = ReadonlyMap<string, number>;

/** The law of the first `depth` tokens. */
export function marginalLaw(law: JointLaw, depth: number): Map<string, number> {
  const marginal = new Map<string, number>();
  for (const [key, probability] of law) {
    const beginning = key.split(',').slice(0, depth).join(',');
    marginal.set(beginning, (marginal.get(beginning) ?? 0) + probability);
  }
  return marginal;
}

/** Half the sum of the absolute differences, 0 to 1. */
export function totalVariation(left: JointLaw, right: JointLaw): number {
  let sum = 0;
  for (const key of new Set([...left.keys(), ...right.keys()]))
    sum += Math.abs((left.get(key) ?? 0) - (right.get(key) ?? 0));
  return sum / 2;
}

/** The sequence whose probabilities differ most, and by how much. */
export function worstDifference(left: JointLaw, right: JointLaw): { sequence: string; difference: number } {
  let worst = { sequence: '', difference: 0 };
  for (const sequence of new Set([...left.keys(), ...right.keys()])) {
    const difference = Math.abs((left.get(sequence) ?? 0) - (right.get(sequence) ?? 0));
    // NaN must not look like agreement.
    if (!(difference <= worst.difference)) worst = { sequence, difference };
  }
  return worst;
}

/**
 * The first position, from 1, whose tokens two laws of `count` tokens disagree about: the laws of all shorter
 * beginnings are equal to within the tolerance. undefined where the whole laws are.
 */
export function firstDifferentPosition(
  left: JointLaw,
  right: JointLaw,
  count: number,
  tolerance: number,
): number | undefined {
  for (let depth = 1; depth <= count; depth++) {
    const { difference } = worstDifference(marginalLaw(left, depth), marginalLaw(right, depth));
    if (!(difference <= tolerance)) return depth;
  }
  return undefined;
}
