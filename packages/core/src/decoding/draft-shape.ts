import type { Draft } from '../contract/draft.js';

/** True where every node continues the node before it. */
export function isChain({ parents }: Pick<Draft, 'parents'>): boolean {
  return parents.every((parent, node) => parent === node - 1);
}

/** Nodes from the root down to `node`, both ends included; empty for -1. */
export function pathNodes({ parents }: Pick<Draft, 'parents'>, node: number): number[] {
  const path: number[] = [];
  for (let at = node; at >= 0; at = parents[at] as number) path.push(at);
  return path.toReversed();
}

/** Their tokens. */
export function pathTokens(draft: Draft, node: number): number[] {
  return pathNodes(draft, node).map((at) => draft.tokens[at] as number);
}

/** The first tokens of a chain. */
export function beginning({ tokens, parents, distributions, drafters }: Draft, length: number): Draft {
  return {
    tokens: tokens.slice(0, length),
    parents: parents.slice(0, length),
    distributions: distributions.slice(0, length),
    drafters: drafters.slice(0, length),
  };
}

/** Length of the longest path. */
export function draftDepth(draft: Draft): number {
  const depths: number[] = [];
  let deepest = 0;
  for (const parent of draft.parents) {
    const depth = parent < 0 ? 1 : (depths[parent] as number) + 1;
    depths.push(depth);
    if (depth > deepest) deepest = depth;
  }
  return deepest;
}
