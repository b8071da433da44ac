import type { Tokenizer } from '@foretoken/core';
import type { ContinuationNode } from './continuation-tree.js';
import type { LawReader } from './law-reader.js';

/** The token whose draws are furthest from what the target's own probabilities add up to. */
export interface WorstToken {
  /** Which token of the continuation, from 1. */
  readonly position: number;
  /** Index of the prefix. */
  readonly prefix: number;
  readonly token: number;
  readonly text: string;
  readonly observed: number;
  /** Sum of the target's probabilities of it, over the draws' own histories. */
  readonly expected: number;
  /** (observed - expected) in standard deviations. */
  readonly residual: number;
}

/** Fewer expected and observed draws say nothing about a token. */
const leastCount = 5;

/**
 * The largest standardised residual of any prefix and token at one position: observed draws of the token less the sum
 * of its probabilities given each draw's own history. O(histories x vocabulary); rows that are no longer kept are read
 * again.
 *
 * @param roots the prefixes' nodes, with the draws that passed them.
 * @param position from 1.
 */
export async function findWorstToken(
  roots: readonly ContinuationNode[],
  position: number,
  law: LawReader,
  tokenizer: Tokenizer,
): Promise<WorstToken | undefined> {
  let worst: WorstToken | undefined;
  for (const [prefix, root] of roots.entries()) {
    const observed = new Map<number, number>();
    const expected = new Map<number, number>();
    const variance = new Map<number, number>();
    const add = (sums: Map<number, number>, token: number, amount: number): void => {
      sums.set(token, (sums.get(token) ?? 0) + amount);
    };
    for (const node of nodesAt(root, position - 1)) {
      const { tokens, probabilities } = await law.target(node.history);
      for (const [index, probability] of probabilities.entries()) {
        // Below, a thousand visits do not expect one draw.
        if (probability < 1e-6) continue;
        const token = tokens === undefined ? index : (tokens[index] as number);
        add(expected, token, node.visits * probability);
        add(variance, token, node.visits * probability * (1 - probability));
      }
      for (const [token, child] of node.children) add(observed, token, child.visits);
    }
    for (const token of new Set([...expected.keys(), ...observed.keys()])) {
      const seen = observed.get(token) ?? 0;
      const mean = expected.get(token) ?? 0;
      if (Math.max(seen, mean) < leastCount) continue;
      // A token that the target all but rules out still has some spread: no division by 0.
      const residual = (seen - mean) / Math.sqrt(Math.max(variance.get(token) ?? 0, 1e-6));
      if (worst !== undefined && Math.abs(residual) <= Math.abs(worst.residual)) continue;
      const text = tokenizer.decode([token]);
      worst = { position, prefix, token, text, observed: seen, expected: mean, residual };
    }
  }
  return worst;
}

function nodesAt(root: ContinuationNode, depth: number): ContinuationNode[] {
  let nodes = [root];
  for (let at = 0; at < depth; at++) nodes = nodes.flatMap(({ children }) => [...children.values()]);
  return nodes.filter(({ visits }) => visits > 0);
}
