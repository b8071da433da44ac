import type { Distribution } from '../../contract/distribution.js';
import { oneHot } from '../../sampling/draw.js';
import { mostProbable } from './most-probable.js';
import { remainingLaw } from './without-token.js';

/** A node to be. */
interface Child {
  readonly token: number;
  /** What the token was drawn from, given the siblings before it. */
  readonly distribution: Distribution;
  /** How the draft saw it: the same, but for certain guesses. */
  readonly modelLaw: Distribution;
}

/**
 * At most `count` children of a node whose next token has the given distribution, in the order in which they are
 * verified. They become the nodes `firstNode`, `firstNode + 1`, ...
 */
export type ChooseChildren = (distribution: Distribution, count: number, firstNode: number) => Child[];

/** Draws the token of a node. */
export type DrawToken = (distribution: Distribution, node: number) => number;

/** Children drawn independently from one distribution: duplicates may occur (SpecInfer, 2305.09781, section 3.2). */
export function withReplacement(draw: DrawToken): ChooseChildren {
  return (distribution, count, firstNode) =>
    Array.from({ length: count }, (_, rank) => ({
      token: draw(distribution, firstNode + rank),
      distribution,
      modelLaw: distribution,
    }));
}

/**
 * Children that differ: each is drawn from the distribution with its earlier siblings removed and the rest
 * renormalised, and carries that distribution (Sequoia, 2402.12374, section 3.2). Fewer than
 * asked for where the support ends.
 *
 * @param buffers kept from round to round, by node: nothing that grows with the vocabulary is allocated twice.
 */
export function withoutReplacement(draw: DrawToken, buffers: Float64Array[]): ChooseChildren {
  return (distribution, count, firstNode) => {
    const children: Child[] = [];
    for (let law: Distribution | undefined = distribution; law !== undefined && children.length < count; ) {
      const token = draw(law, firstNode + children.length);
      children.push({ token, distribution: law, modelLaw: law });
      if (children.length === count) break;
      law = remainingLaw(law, token, buffers, firstNode + children.length);
    }
    return children;
  };
}

/** The most probable tokens, each a deterministic guess: for greedy decoding, where a drawn child has no sibling. */
export const deterministicChildren: ChooseChildren = (distribution, count) =>
  mostProbable(distribution, count).map(({ token }) => ({
    token,
    distribution: oneHot(token),
    modelLaw: distribution,
  }));
