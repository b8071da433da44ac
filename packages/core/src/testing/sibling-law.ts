import type { Distribution } from '../contract/distribution.js';
import { oneHot } from '../sampling/draw.js';

/**
 * How the children of a node are chosen: `independent` draws from one distribution; `without replacement`, each from what is
 * left after its earlier siblings, renormalised; `likeliest`, the most probable tokens in order, each a certain guess.
 */
export type SiblingKind = 'independent' | 'without replacement' | 'likeliest';

/**
 * What a child is drawn from, given its earlier siblings.
 *
 * @param law what the first child is drawn from.
 * @returns undefined where no token is left.
 */
export function siblingLaw(
  law: Distribution,
  kind: SiblingKind,
  earlier: readonly number[],
): Distribution | undefined {
  if (kind === 'independent' || (kind === 'without replacement' && earlier.length === 0)) return law;
  const { tokens, probabilities } = law;
  const left = probabilities.map((probability, index) =>
    earlier.includes(tokens?.[index] ?? index) ? 0 : probability,
  );
  if (kind === 'likeliest') {
    const best = left.indexOf(Math.max(...left));
    return (left[best] ?? 0) > 0 ? oneHot(tokens?.[best] ?? best) : undefined;
  }
  const mass = left.reduce((sum, weight) => sum + weight, 0);
  return mass > 0 ? { tokens, probabilities: left.map((weight) => weight / mass) } : undefined;
}
