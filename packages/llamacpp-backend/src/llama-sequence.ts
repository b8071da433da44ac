import { InvalidArgumentError } from '@foretoken/core';
import { EngineSequence, type PendingTree } from '@foretoken/core/backend';
import type { LlamaContext } from './llama-context.js';
import type { LlamaModel } from './llama-model.js';

interface LlamaTree extends PendingTree {
  /** The engine's sequence of every leaf, by leaf node. */
  readonly leafIds: ReadonlyMap<number, number>;
}

/** The engine's sequence of every leaf of a tree that one of this engine's sequences began; none of a chain. */
export function leafIds(tree: PendingTree | undefined): ReadonlyMap<number, number> {
  return (tree as LlamaTree | undefined)?.leafIds ?? new Map();
}

/** One sequence id of the engine's cache. */
export class LlamaSequence extends EngineSequence {
  override readonly model: LlamaModel;
  readonly id: number;
  readonly #context: LlamaContext;

  constructor(model: LlamaModel, context: LlamaContext, id: number, length: number) {
    super(length);
    this.model = model;
    this.id = id;
    this.#context = context;
  }

  override beginTree(tree: PendingTree): void {
    const ids = this.model.takeLeaves(tree.leaves.length);
    const llamaTree: LlamaTree = {
      ...tree,
      leafIds: new Map(tree.leaves.map((leaf, index) => [leaf, ids[index] as number])),
    };
    super.beginTree(llamaTree);
  }

  override truncateCache(length: number): void {
    this.#context.remove(this.id, length);
  }

  override releaseCache(): void {
    this.#context.remove(this.id, 0);
  }

  protected override keepPath(tree: LlamaTree, path: readonly number[]): void {
    const leaf = leafIdBelow(tree, path.at(-1) as number);
    this.#context.share(leaf, this.id, tree.start, tree.start + path.length);
  }

  protected override copyCache(fork: LlamaSequence, length: number): void {
    this.#context.share(this.id, fork.id, 0, length);
  }

  protected override treeDropped(tree: LlamaTree): void {
    this.model.releaseLeaves([...tree.leafIds.values()]);
  }
}

/** The engine's sequence of any leaf at or below a node. */
function leafIdBelow(tree: LlamaTree, node: number): number {
  for (const [leaf, id] of tree.leafIds) {
    for (let at = leaf; at >= 0; at = tree.parents[at] as number) if (at === node) return id;
  }
  throw new InvalidArgumentError(`Node ${node} is not in the tree.`);
}
