import type { Sequence } from '../contract/sequence.js';
import { ClosedError } from '../errors/closed-error.js';
import { EngineError } from '../errors/engine-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { EngineModel } from './engine-model.js';

/** A tree pass whose nodes wait for `doCommitPath`. */
export interface PendingTree {
  /** Tokens of the sequence before the tree. */
  readonly start: number;
  readonly parents: readonly number[];
  /** Nodes without children. */
  readonly leaves: readonly number[];
}

/**
 * The bookkeeping of a sequence, the same for every engine: what may be asked, its length, and its pending
 * tree. An engine adds what happens to its cache.
 */
export abstract class EngineSequence implements Sequence {
  abstract readonly model: EngineModel;
  #length: number;
  #closed = false;
  #pendingTree: PendingTree | undefined;
  #failure: EngineError | undefined;
  /** Passes that were asked for, which are numbered so, and those of them that have not ended. */
  #passCount = 0;
  #openPasses = 0;
  /** Where a pass was undone, those that stood on top of it cannot run: all after it up to the last one then. */
  #undone: { readonly after: number; readonly upTo: number }[] = [];
  /** Forks made while passes are open, with the length they were made with: undoing a pass undoes it for them. */
  #forks: { readonly fork: EngineSequence; readonly length: number }[] = [];

  constructor(length: number) {
    this.#length = length;
  }

  get length(): number {
    return this.#length;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get pendingTree(): PendingTree | undefined {
    return this.#pendingTree;
  }

  /** Why the cache is no longer what it should be; the sequence can then only be closed. */
  get failure(): EngineError | undefined {
    return this.#failure;
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
    this.model.assertRollback();
    this.#length = length;
    this.#change(() => this.truncateCache(length));
  }

  doCommitPath(nodes: readonly number[]): void {
    this.#assertOpen();
    const tree = this.#pendingTree;
    if (tree === undefined) {
      throw new InvalidArgumentError(
        'There is no tree pass to commit a path of: forward one with parents first.',
      );
    }
    for (const [depth, node] of nodes.entries()) {
      const parent = depth === 0 ? -1 : nodes[depth - 1];
      if (!Number.isInteger(node) || tree.parents[node] !== parent) {
        throw new InvalidArgumentError(
          `Node ${node} does not continue the path ${nodes.slice(0, depth).join(', ')}.`,
        );
      }
    }
    if (nodes.length > 0) {
      const path = [...nodes];
      this.#change(() => this.keepPath(tree, path));
    }
    this.#dropTree();
    this.#length += nodes.length;
  }

  doFork(): Sequence {
    this.#assertOpen();
    if (this.#pendingTree !== undefined) {
      throw new InvalidArgumentError('A sequence cannot be forked while a tree pass waits for doCommitPath.');
    }
    const length = this.#length;
    const fork = this.model.openSequence(length);
    fork.#change(() => this.copyCache(fork, length));
    if (this.#openPasses > 0) this.#forks.push({ fork, length });
    return fork;
  }

  close(): void {
    if (this.#closed) return;
    this.#dropTree();
    this.#closed = true;
    this.model.closeSequence(this);
  }

  // -------- for the model --------

  /** A pass is asked for; its number. */
  beginPass(): number {
    this.#openPasses += 1;
    this.#passCount += 1;
    return this.#passCount;
  }

  /** Takes a chain of tokens in, before its pass runs. */
  extend(count: number): void {
    this.#length += count;
  }

  /** Takes a tree in, before its pass runs. */
  beginTree(tree: PendingTree): void {
    this.#pendingTree = tree;
  }

  /** True where a pass stands on top of one that was undone: its tokens are given back already. */
  isUndone(pass: number): boolean {
    return this.#undone.some(({ after, upTo }) => pass > after && pass <= upTo);
  }

  /** A pass has run, failed or been cancelled. */
  endPass(): void {
    this.#openPasses -= 1;
    if (this.#openPasses > 0) return;
    this.#forks = [];
    this.#undone = [];
  }

  /** Gives the tokens of a failed or cancelled pass back; `started` where some may be in the cache. */
  undo(pass: number, start: number, started: boolean): void {
    const chain = this.#pendingTree === undefined;
    this.#giveBack(start, pass);
    if (!started || !chain) return;
    if (start === 0 || this.model.capabilities.rollback) this.#try(() => this.truncateCache(start));
    else this.#fail(new Error('A pass ended midway, and the state cannot be taken back.'));
  }

  // -------- for the engine, called when no pass runs --------

  /** Removes the tokens from a position on. */
  abstract truncateCache(length: number): void;

  /** Makes a path of the tree the continuation of the sequence. */
  protected abstract keepPath(tree: PendingTree, path: readonly number[]): void;

  /** Gives another, empty sequence of the model this one's first tokens. */
  protected abstract copyCache(fork: EngineSequence, length: number): void;

  /** The sequence is closed: its cache may go. Closing the model frees the caches of open sequences itself. */
  abstract releaseCache(): void;

  // -------- for the engine, called at once --------

  /** A tree is no longer pending; what it holds in the engine may go, once the changes so far have run. */
  protected treeDropped(_tree: PendingTree): void {}

  // ----------------------------------------------

  /** Forgets the tokens from a position on, where there are any: a rollback may have taken them already. */
  #giveBack(start: number, after: number): void {
    this.#undone.push({ after, upTo: this.#passCount });
    this.#dropTree();
    this.#length = Math.min(this.#length, start);
    for (const { fork, length } of this.#forks) if (length > start && !fork.closed) fork.#giveBack(start, 0);
  }

  #dropTree(): void {
    const tree = this.#pendingTree;
    if (tree === undefined) return;
    this.#pendingTree = undefined;
    this.treeDropped(tree);
  }

  #change(run: () => void): void {
    this.model.change(() => this.#try(run));
  }

  /** A change that fails may run long after it was asked for: the next request hears of it. */
  #try(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(cause: unknown): void {
    this.#failure = new EngineError(
      `The cache of the sequence could not be changed: ${String(cause)} Close the sequence.`,
      { cause },
    );
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClosedError('The sequence is closed.');
    this.model.assertOpen();
    if (this.#failure !== undefined) throw this.#failure;
  }
}
