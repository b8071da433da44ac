import {
  ClosedError,
  type ForwardResult,
  type HeadModel,
  type HeadRequest,
  type HeadSequence,
  InvalidArgumentError,
  RowLogits,
} from '@foretoken/core';
import { HeadNode } from './head-node.js';
import { HeadReader } from './head-reader.js';

/** Most bytes of rows to keep: the oldest are read again. */
const mostBytes = 2 ** 27;

/** A head whose rows are read once for the same entries and then reused, as `createReusedRows` does for models. */
export function createReusedHead(inner: HeadModel): HeadModel {
  const root = new HeadNode();
  const reader = new HeadReader(inner, Math.max(16, Math.floor(mostBytes / (4 * inner.vocabularySize))));
  return {
    name: inner.name,
    hiddenStateWidth: inner.hiddenStateWidth,
    vocabularySize: inner.vocabularySize,
    contextLength: inner.contextLength,
    maximumSteps: inner.maximumSteps,
    maximumPassEntries: inner.maximumPassEntries,
    attends: inner.attends,
    createSequence: () => new ReusedHeadSequence(inner, root, reader),
    memory: () => inner.memory(),
    // The inner head is the caller's.
    close: async () => reader.close(),
  };
}

class ReusedHeadSequence implements HeadSequence {
  readonly #head: HeadModel;
  /** The root, and the entries. */
  readonly #nodes: HeadNode[];
  readonly #reader: HeadReader;
  #closed = false;

  constructor(head: HeadModel, root: HeadNode, reader: HeadReader) {
    this.#head = head;
    this.#nodes = [root];
    this.#reader = reader;
  }

  get length(): number {
    return this.#nodes.length - 1;
  }

  async forward(
    { tokens, features, featuresOf, positions, parents, rows }: HeadRequest,
    { signal }: Parameters<HeadSequence['forward']>[1] = {},
  ): Promise<ForwardResult> {
    this.#assertOpen();
    signal?.throwIfAborted();
    const { attends, vocabularySize } = this.#head;
    const end = this.#nodes.at(-1) as HeadNode;
    const nodes: HeadNode[] = [];
    for (const [index, token] of tokens.entries()) {
      const parent = attends ? (nodes[parents?.[index] ?? index - 1] ?? end) : end;
      const feature = features[index] as Float32Array;
      nodes.push(parent.child({ token, feature, featuresOf, position: positions[index] as number }));
    }
    const wanted = rows === 'all' ? nodes : rows === 'last' ? nodes.slice(-1) : [];
    // Taken at once: reading the next one may push an older one out.
    const logits: Float32Array[] = [];
    const hiddenStates: Float32Array[] = [];
    for (const node of wanted) {
      while (node.logits === undefined) await this.#reader.read(node);
      logits.push(node.logits);
      hiddenStates.push(node.feature as Float32Array);
    }
    if (attends && parents === undefined) this.#nodes.push(...nodes);
    return { logits: new RowLogits(logits, vocabularySize), hiddenStates };
  }

  doRollback(length: number): void {
    this.#assertOpen();
    if (!Number.isInteger(length) || length < 0 || length > this.length) {
      throw new InvalidArgumentError(`${this.length} entries cannot be rolled back to ${length}.`);
    }
    this.#nodes.length = length + 1;
  }

  close(): void {
    this.#closed = true;
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClosedError('The sequence is closed.');
  }
}
