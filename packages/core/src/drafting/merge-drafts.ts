import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';

/** Several drafts as one tree. */
export interface MergedDraft {
  readonly draft: Draft;
  /** The merged draft's node of every node of every draft, [drafts][nodes]. */
  readonly nodes: readonly (readonly number[])[];
}

/**
 * Joins drafts that were made independently of each other under one root, the first draft's nodes first. O(nodes^2).
 *
 * A node is shared only where that changes no law: a deterministic guess, with none but deterministic guesses among
 * its earlier siblings in its own draft, whose token is a deterministic guess under the same shared parent already. A
 * token that was sampled stays a node of its own even beside an equal one: to drop it because of its value would leave
 * a law that nobody reported. Being drawn independently of the siblings before it, it keeps the distribution it was
 * reported with.
 */
export function mergeDrafts(drafts: readonly Draft[]): MergedDraft {
  const tokens: number[] = [];
  const parents: number[] = [];
  const distributions: Distribution[] = [];
  const drafters: string[] = [];
  const nodes = drafts.map((draft) => {
    const placed: number[] = [];
    for (const [node, token] of draft.tokens.entries()) {
      const own = draft.parents[node] as number;
      const parent = own < 0 ? -1 : (placed[own] as number);
      const known = isFree(draft, node)
        ? tokens.findIndex(
            (other, at) => other === token && parents[at] === parent && isOneHot(distributions[at]),
          )
        : -1;
      if (known >= 0) {
        placed.push(known);
        continue;
      }
      placed.push(tokens.length);
      tokens.push(token);
      parents.push(parent);
      distributions.push(draft.distributions[node] as Distribution);
      drafters.push(draft.drafters[node] as string);
    }
    return placed;
  });
  return { draft: { tokens, parents, distributions, drafters }, nodes };
}

/** True where neither the node's token nor an earlier sibling's was left to chance. */
function isFree(draft: Draft, node: number): boolean {
  for (let sibling = 0; sibling <= node; sibling++) {
    if (draft.parents[sibling] === draft.parents[node] && !isOneHot(draft.distributions[sibling]))
      return false;
  }
  return true;
}

function isOneHot(distribution: Distribution | undefined): boolean {
  return distribution?.tokens?.length === 1;
}
