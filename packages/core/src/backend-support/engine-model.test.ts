import { setImmediate as nextTask } from 'node:timers/promises';
import {
  ClosedError,
  EngineError,
  type ForwardResult,
  InvalidArgumentError,
  type MemoryUse,
  RowLogits,
  type Tokenizer,
  UnsupportedError,
} from '@foretoken/core';
import { EngineModel, EngineSequence, type PendingTree, type QueuedRequest } from '@foretoken/core/backend';
import { expect, test } from 'vitest';

/** The smallest engine: a cache is a list of tokens, and what is asked of it can be made to fail. */
class ListModel extends EngineModel<ListSequence> {
  readonly passes: number[][] = [];
  freed = 0;
  failing: 'pass' | 'cache' | undefined;
  #leaves = 4;

  constructor() {
    const tokenizer = { vocabularySize: 8 } as Tokenizer;
    super({
      name: 'list',
      tokenizer,
      contextLength: 16,
      nextTask,
      capabilities: {
        maximumLeaves: 4,
        maximumSequences: 2,
        maximumPassTokens: 8,
        hiddenStateWidth: undefined,
        rollback: true,
        weightFormat: 'none',
        device: 'cpu',
        engine: 'list',
      },
    });
  }

  override get availableLeaves(): number {
    return this.#leaves;
  }

  moveLeaves(count: number): void {
    this.#leaves += count;
  }

  protected override makeSequence(length: number): ListSequence {
    return new ListSequence(this, length);
  }

  protected override measureMemory(): MemoryUse {
    return { weights: 0, cache: 0, buffers: 0 };
  }

  protected override free(): void {
    this.freed += 1;
  }

  protected override async runPass(
    requests: readonly QueuedRequest<ListSequence>[],
  ): Promise<ForwardResult[]> {
    await nextTask();
    if (this.failing === 'pass') throw new EngineError('The engine failed.');
    return requests.map(({ sequence, tokens, tree }) => {
      if (tree === undefined) sequence.cache.push(...tokens);
      else sequence.treeTokens = tokens;
      this.passes.push([...tokens]);
      return { logits: new RowLogits([], 8), hiddenStates: undefined };
    });
  }
}

class ListSequence extends EngineSequence {
  override readonly model: ListModel;
  cache: number[] = [];
  treeTokens: readonly number[] = [];

  constructor(model: ListModel, length: number) {
    super(length);
    this.model = model;
  }

  override beginTree(tree: PendingTree): void {
    super.beginTree(tree);
    this.model.moveLeaves(-tree.leaves.length);
  }

  override truncateCache(length: number): void {
    if (this.model.failing === 'cache') throw new Error('no memory');
    this.cache.length = Math.min(this.cache.length, length);
  }

  override releaseCache(): void {
    this.cache = [];
  }

  protected override keepPath(_tree: PendingTree, path: readonly number[]): void {
    this.cache.push(...path.map((node) => this.treeTokens[node] as number));
  }

  protected override copyCache(fork: ListSequence, length: number): void {
    fork.cache = this.cache.slice(0, length);
  }

  protected override treeDropped(tree: PendingTree): void {
    this.model.moveLeaves(tree.leaves.length);
  }
}

function openModel(): { model: ListModel; sequence: ListSequence } {
  const model = new ListModel();
  return { model, sequence: model.createSequence() as ListSequence };
}

test('changes keep their place between passes that were requested and have not run', async () => {
  const { model, sequence } = openModel();
  const first = model.forward([{ sequence, tokens: [1, 2, 3], rows: 'none' }]);
  sequence.doRollback(1);
  const tree = model.forward([{ sequence, tokens: [4, 5, 6], parents: [-1, -1, 1], rows: 'none' }]);
  sequence.doCommitPath([1, 2]);
  const fork = sequence.doFork() as ListSequence;
  const last = model.forward([{ sequence: fork, tokens: [7], rows: 'none' }]);
  expect(sequence.cache).toEqual([]);
  await Promise.all([first, tree, last]);
  expect(sequence.cache).toEqual([1, 5, 6]);
  expect(fork.cache).toEqual([1, 5, 6, 7]);
  expect([sequence.length, fork.length]).toEqual([3, 4]);
});

test('a tree that is dropped before its pass ran still runs, and holds no leaves', async () => {
  const { model, sequence } = openModel();
  const pass = model.forward([{ sequence, tokens: [1, 2], parents: [-1, -1], rows: 'none' }]);
  expect(model.availableLeaves).toBe(2);
  sequence.doRollback(0);
  expect(model.availableLeaves).toBe(4);
  await pass;
  expect(() => sequence.doCommitPath([0])).toThrow(InvalidArgumentError);
});

test('trees that wait take leaves away from later ones', async () => {
  const { model, sequence } = openModel();
  const other = model.createSequence();
  const tree = { tokens: [1, 2, 3], parents: [-1, -1, -1], rows: 'none' } as const;
  await model.forward([{ sequence, ...tree }]);
  await expect(model.forward([{ sequence: other, ...tree }])).rejects.toThrow(UnsupportedError);
  sequence.doCommitPath([2]);
  await model.forward([{ sequence: other, ...tree }]);
});

test('a pass that fails gives its tokens back, and passes queued on top of it do not run', async () => {
  const { model, sequence } = openModel();
  await model.forward([{ sequence, tokens: [1], rows: 'none' }]);
  model.failing = 'pass';
  const failing = model.forward([{ sequence, tokens: [2], rows: 'none' }]);
  const onTop = model.forward([{ sequence, tokens: [3], rows: 'none' }]);
  await expect(failing).rejects.toThrow(EngineError);
  model.failing = undefined;
  await expect(onTop).rejects.toThrow(/earlier pass/);
  expect(sequence.length).toBe(1);
  await model.forward([{ sequence, tokens: [4], rows: 'none' }]);
  expect(sequence.cache).toEqual([1, 4]);
});

test('a cache that could not be changed is an error of the next request, of that sequence only', async () => {
  const { model, sequence } = openModel();
  const pass = model.forward([{ sequence, tokens: [1, 2], rows: 'none' }]);
  sequence.doRollback(1);
  model.failing = 'cache';
  await pass;
  await expect(model.forward([{ sequence, tokens: [3], rows: 'none' }])).rejects.toThrow(/no memory/);
  expect(() => sequence.doRollback(0)).toThrow(EngineError);
  sequence.close();
  const other = model.createSequence();
  await model.forward([{ sequence: other, tokens: [3], rows: 'none' }]);
});

test('closing waits for queued passes and frees once', async () => {
  const { model, sequence } = openModel();
  const passes = [1, 2].map((token) => model.forward([{ sequence, tokens: [token], rows: 'none' }]));
  const closing = [model.close(), model.close()];
  expect(model.freed).toBe(0);
  await Promise.all([...passes, ...closing]);
  expect(model.passes).toEqual([[1], [2]]);
  expect(model.freed).toBe(1);
  await expect(model.forward([{ sequence, tokens: [1], rows: 'none' }])).rejects.toThrow(ClosedError);
  sequence.close();
});
