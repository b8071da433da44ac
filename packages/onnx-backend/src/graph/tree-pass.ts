import { InvalidArgumentError } from '@foretoken/core';
import { maskedBias } from './decoder/masked-bias.js';

/** What a pass feeds to `position_ids`, `attention_bias` and `total_sequence_length`. */
export interface PassPlan {
  /** [n]: the position that each new token is rotated by. */
  readonly positions: BigInt64Array;
  /** [n * total], row after row. */
  readonly bias: Float32Array;
  /** Slots in use after the pass. */
  readonly total: number;
  /** The slot of the first new token; the others follow it in order. */
  readonly firstSlot: number;
}

/**
 * A tree pass: every node sees the `past` slots, its ancestors and itself, and has the position that follows
 * its parent's.
 *
 * GroupQueryAttention takes a pass that fills the whole of the cache for a prompt and counts its positions by
 * itself. So on an empty cache the tree leaves slot 0 unused (masked), and begins in slot 1; its path is moved
 * down when it is committed, like any other. What slot 0 holds must be finite.
 *
 * @param past slots in use before the pass.
 * @param parents for each node the index of its parent, before it, or -1 for the end of the past.
 */
export function planTreePass(past: number, parents: readonly number[]): PassPlan {
  const count = parents.length;
  const firstSlot = treeFirstSlot(past);
  const total = firstSlot + count;
  const positions = new BigInt64Array(count);
  const bias = new Float32Array(count * total).fill(maskedBias);
  for (const [node, parent] of parents.entries()) {
    if (!Number.isInteger(parent) || parent < -1 || parent >= node) {
      throw new InvalidArgumentError(
        `The parent of node ${node} is ${parent}, not one of the nodes before it.`,
      );
    }
    const row = node * total;
    // What the parent sees, plus the node itself.
    if (parent === -1) bias.fill(0, row, row + past);
    else bias.copyWithin(row, parent * total, (parent + 1) * total);
    bias[row + firstSlot + node] = 0;
    positions[node] = parent === -1 ? BigInt(past) : (positions[parent] as bigint) + 1n;
  }
  return { positions, bias, total, firstSlot };
}

/** The slot of a tree's first node. */
export function treeFirstSlot(past: number): number {
  return past === 0 ? 1 : past;
}

/** A pass of a chain: the operator itself hides what comes later, so the bias is 0. */
export function planChainPass(past: number, count: number): PassPlan {
  const total = past + count;
  return {
    positions: BigInt64Array.from({ length: count }, (_, index) => BigInt(past + index)),
    bias: new Float32Array(count * total),
    total,
    firstSlot: past,
  };
}
