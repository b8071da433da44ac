import { copyForward } from './copy-forward.js';
import type { EditAlignment } from './edit-alignment.js';

/** Chance that the target keeps a copied token; it only shares out the nodes. */
const copyChance = 0.95;

/** A draft's tokens, with every node's parent; -1 is the root. */
export interface DraftBranches {
  readonly tokens: number[];
  readonly parents: number[];
}

/**
 * Continuations of the most likely hypotheses that begin with different tokens, at most `leaves`, the likeliest
 * first. Each of the `count` nodes goes where it is most likely to be accepted; with one leaf, to the best.
 */
export function draftBranches(alignment: EditAlignment, count: number, leaves: number): DraftBranches {
  const branches: { readonly copy: readonly number[]; chance: number; length: number }[] = [];
  for (const hypothesis of alignment.hypotheses) {
    const copy = copyForward(alignment, hypothesis, count);
    if (copy.length === 0 || branches.some((other) => other.copy[0] === copy[0])) continue;
    branches.push({ copy, chance: Math.exp(alignment.best.cost - hypothesis.cost), length: 0 });
    if (branches.length === leaves) break;
  }
  for (let node = 0; node < count; node++) {
    const open = branches.filter(({ copy, length }) => length < copy.length);
    const [first, ...others] = open;
    if (first === undefined) break;
    const likeliest = others.reduce((best, other) => (other.chance > best.chance ? other : best), first);
    likeliest.length += 1;
    likeliest.chance *= copyChance;
  }
  const tokens: number[] = [];
  const parents: number[] = [];
  for (const { copy, length } of branches) {
    for (let depth = 0; depth < length; depth++) {
      parents.push(depth === 0 ? -1 : tokens.length - 1);
      tokens.push(copy[depth] as number);
    }
  }
  return { tokens, parents };
}
