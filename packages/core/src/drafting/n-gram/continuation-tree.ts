import type { Match, SuffixAutomaton } from './suffix-automaton.js';

/** Likely continuations of a text: a tree whose siblings stand in the order of their frequency. */
export interface ContinuationTree {
  /** Shape [nodes]. */
  readonly tokens: readonly number[];
  /** Index of every node's parent, shape [nodes]; -1 is the end of the text. */
  readonly parents: readonly number[];
  /** Sum over the nodes of their paths' estimated probabilities: the expected number of accepted tokens. */
  readonly score: number;
}

export interface TreeLimits {
  /** Most nodes, 1 or more. */
  readonly maximumTokens: number;
  readonly maximumLeaves: number;
  /** Longest path, tokens. */
  readonly maximumDepth: number;
  /** Lowest estimated probability of a node's path, 0 to 1. */
  readonly minimumProbability: number;
  /** Shortest string whose continuations are looked at, tokens, 1 or more. */
  readonly minimumMatch: number;
}

interface Candidate {
  readonly parent: number;
  readonly depth: number;
  readonly token: number;
  /** Estimated probability that the text goes on by the path to this node. */
  readonly probability: number;
  /** The longest end of the text with the path behind it that stands in the automaton. */
  readonly match: Match;
}

/**
 * The continuations of a match that are estimated most probable, added one by one (SuffixDecoding, Oliaro et al.
 * 2411.04975, section 4.2: a path's probability is the product of its tokens' relative frequencies). Where the end of
 * a text is reached, the longest suffix that has a continuation goes on, so periodic text is continued past its end.
 *
 * Only ends that are shorter than what the automaton counts are looked at: their continuations' counts are exact.
 */
export function growContinuations(
  automaton: SuffixAutomaton,
  match: Match,
  limits: TreeLimits,
): ContinuationTree {
  const tokens: number[] = [];
  const parents: number[] = [];
  let score = 0;
  let leaves = 0;
  const isParent = new Set<number>();
  const candidates: Candidate[] = [];

  const expand = (parent: number, depth: number, at: Match, probability: number): void => {
    if (depth > limits.maximumDepth) return;
    const followed = automaton.shortened(automaton.followed(at), automaton.countedLength - 1);
    if (followed.length < limits.minimumMatch) return;
    for (const { token, state, frequency } of automaton.continuations(followed, limits.maximumLeaves)) {
      const candidate = {
        parent,
        depth,
        token,
        probability: probability * frequency,
        match: { state, length: followed.length + 1 },
      };
      if (candidate.probability >= limits.minimumProbability) candidates.push(candidate);
    }
  };

  expand(-1, 1, match, 1);
  while (tokens.length < limits.maximumTokens && candidates.length > 0) {
    const [best] = candidates.splice(mostProbable(candidates), 1) as [Candidate];
    // A node's first child takes over its leaf; every other one is a leaf more.
    const branches = isParent.has(best.parent) || tokens.length === 0;
    if (branches && leaves === limits.maximumLeaves) continue;
    if (branches) leaves += 1;
    isParent.add(best.parent);
    tokens.push(best.token);
    parents.push(best.parent);
    score += best.probability;
    expand(tokens.length - 1, best.depth + 1, best.match, best.probability);
  }
  return { tokens, parents, score };
}

/** Index of the most probable candidate; among equals the first that was found. */
function mostProbable(candidates: readonly Candidate[]): number {
  let best = 0;
  for (const [index, { probability }] of candidates.entries()) {
    if (probability > (candidates[best] as Candidate).probability) best = index;
  }
  return best;
}
