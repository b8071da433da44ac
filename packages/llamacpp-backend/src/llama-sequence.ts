import { ClosedError, InvalidArgumentError, type LanguageModel, type Sequence } from '@foretoken/core';
import type { LlamaModel } from './llama-model.js';

/** A tree pass whose nodes wait for `doCommitPath`. */
export interface PendingTree {
  readonly parents: readonly number[];
  /** The engine's sequence of every leaf, by leaf node. */
  readonly leaves: ReadonlyMap<number, number>;
}

/** One sequence id of the engine's cache. */
export class LlamaSequence implements Sequence {
  readonly id: number;
  readonly #model: LlamaModel;
  #length: number;
  #closed = false;
  pendingTree: PendingTree | undefined;
  /** Grows when a pass is undone: passes queued on top of it can then not run. */
  undoneCount = 0;

  constructor(model: LlamaModel, id: number, length: number) {
    this.#model = model;
    this.id = id;
    this.#length = length;
  }

  get model(): LanguageModel {
    return this.#model;
  }

  get length(): number {
    return this.#length;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** For the model: what a pass has added or given back. */
  setLength(length: number): void {
    this.#length = length;
  }

  doRollback(length: number): void {
    this.#assertOpen();
    if (!Number.isInteger(length) || length < 0 || length > this.#length) {
      throw new InvalidArgumentError(
        `A sequence of ${this.#length} tokens cannot be rolled back to ${length}: give a whole number from 0 to ${this.#length}.`,
      );
    }
    this.#dropTree();
    if (length === this.#length) return;
    this.#model.assertRollback();
    this.#length = length;
    this.#model.change((context) => context.remove(this.id, length));
  }

  doCommitPath(nodes: readonly number[]): void {
    this.#assertOpen();
    const tree = this.pendingTree;
    if (tree === undefined) {
      throw new InvalidArgumentError(
        'There is no tree pass to commit a path of: forward one with parents first.',
      );
    }
    for (const [depth, node] of nodes.entries()) {
      const parent = depth === 0 ? -1 : nodes[depth - 1];
      if (tree.parents[node] !== parent) {
        throw new InvalidArgumentError(
          `Node ${node} does not continue the path ${nodes.slice(0, depth).join(', ')}.`,
        );
      }
    }
    const start = this.#length;
    const end = start + nodes.length;
    const last = nodes.at(-1);
    if (last !== undefined) {
      const leaf = leafSequenceBelow(tree, last);
      this.#model.change((context) => context.share(leaf, this.id, start, end));
    }
    this.#dropTree();
    this.#length = end;
  }

  doFork(): Sequence {
    this.#assertOpen();
    if (this.pendingTree !== undefined) {
      throw new InvalidArgumentError('A sequence cannot be forked while a tree pass waits for doCommitPath.');
    }
    const fork = this.#model.openSequence(this.#length);
    const length = this.#length;
    this.#model.change((context) => context.share(this.id, fork.id, 0, length));
    return fork;
  }

  close(): void {
    if (this.#closed) return;
    this.#dropTree();
    this.#closed = true;
    this.#model.closeSequence(this);
  }

  #dropTree(): void {
    if (this.pendingTree === undefined) return;
    const ids = [...this.pendingTree.leaves.values()];
    this.pendingTree = undefined;
    this.#model.releaseLeaves(ids);
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClosedError('The sequence is closed.');
    this.#model.assertOpen();
  }
}

/** The engine's sequence of any leaf at or below a node. */
function leafSequenceBelow(tree: PendingTree, node: number): number {
  for (const [leaf, sequence] of tree.leaves) {
    for (let at = leaf; at >= 0; at = tree.parents[at] as number) {
      if (at === node) return sequence;
    }
  }
  throw new InvalidArgumentError(`Node ${node} is not in the tree.`);
}
