import {
  ClosedError,
  type ForwardOptions,
  type ForwardRequest,
  type ForwardResult,
  InvalidArgumentError,
  type LanguageModel,
  RowLogits,
  type Sequence,
} from '@foretoken/core';
import { RowReader } from './row-reader.js';
import { RowNode } from './row-node.js';

export interface ReusedRowsOptions {
  /** Sequences of the model that read what is not known yet, 1 or more; default 2. */
  readonly readers?: number | undefined;
  /** True where hidden states will be asked for: each row is then read with its own. Default false. */
  readonly hiddenStates?: boolean | undefined;
  /** Most bytes of rows to keep; default 256 MiB. The oldest are read again. */
  readonly mostBytes?: number | undefined;
}

/**
 * A model whose rows are read once for every history and then reused, whatever passes the decode loop asks for: the
 * same logits for the same tokens, thousands of draws a second. What it hides, own passes and rollbacks, is audited
 * without it.
 */
export function createReusedRows(inner: LanguageModel, options: ReusedRowsOptions = {}): LanguageModel {
  const { readers = 2, hiddenStates = false, mostBytes = 2 ** 28 } = options;
  const root = new RowNode();
  const mostRows = Math.max(16, Math.floor(mostBytes / (4 * inner.vocabularySize)));
  const reader = new RowReader(inner, readers, mostRows, hiddenStates);
  const model: LanguageModel = {
    name: inner.name,
    tokenizer: inner.tokenizer,
    vocabularySize: inner.vocabularySize,
    contextLength: inner.contextLength,
    capabilities: inner.capabilities,
    createSequence: () => new ReusedSequence(model, [root]),
    async forward(requests: readonly ForwardRequest[], { signal }: ForwardOptions = {}) {
      signal?.throwIfAborted();
      const results: ForwardResult[] = [];
      for (const request of requests) {
        const sequence = request.sequence as ReusedSequence;
        if (sequence.model !== model)
          throw new InvalidArgumentError('The sequence belongs to another model.');
        results.push(await sequence.answer(request, reader));
      }
      return results;
    },
    memory: () => inner.memory(),
    // The inner model is the caller's.
    close: async () => reader.close(),
  };
  return model;
}

class ReusedSequence implements Sequence {
  readonly model: LanguageModel;
  /** The histories of length 0, 1, ... up to the sequence's. */
  readonly #nodes: RowNode[];
  #tree: readonly RowNode[] | undefined;
  #closed = false;

  constructor(model: LanguageModel, nodes: readonly RowNode[]) {
    this.model = model;
    this.#nodes = [...nodes];
  }

  get length(): number {
    return this.#nodes.length - 1;
  }

  /** Known rows at once, others through a pass. */
  async answer(
    { tokens, parents, rows, hiddenStates = false }: ForwardRequest,
    reader: RowReader,
  ): Promise<ForwardResult> {
    this.#assertOpen();
    const end = this.#nodes.at(-1) as RowNode;
    const nodes: RowNode[] = [];
    for (const [index, token] of tokens.entries()) {
      const parent = parents === undefined ? index - 1 : (parents[index] as number);
      nodes.push((parent < 0 ? end : (nodes[parent] as RowNode)).child(token));
    }
    const wanted =
      rows === 'all'
        ? nodes
        : rows === 'none'
          ? []
          : rows === 'last'
            ? nodes.slice(-1)
            : rows.map((row) => nodes[row] as RowNode);
    // Taken at once: reading the next one may push an older one out.
    const logits: Float32Array[] = [];
    const states: Float32Array[] = [];
    for (const node of wanted) {
      while (!node.known(hiddenStates)) await reader.read(node, hiddenStates);
      logits.push(node.logits as Float32Array);
      if (hiddenStates) states.push(node.hiddenState as Float32Array);
    }
    if (parents === undefined) this.#nodes.push(...nodes);
    else this.#tree = nodes;
    return {
      logits: new RowLogits(logits, this.model.vocabularySize),
      hiddenStates: hiddenStates ? states : undefined,
    };
  }

  doRollback(length: number): void {
    this.#assertOpen();
    if (!Number.isInteger(length) || length < 0 || length > this.length) {
      throw new InvalidArgumentError(
        `A sequence of ${this.length} tokens cannot be rolled back to ${length}.`,
      );
    }
    this.#nodes.length = length + 1;
    this.#tree = undefined;
  }

  doCommitPath(nodes: readonly number[]): void {
    this.#assertOpen();
    const tree = this.#tree;
    if (tree === undefined) throw new InvalidArgumentError('There is no tree pass to commit a path of.');
    this.#nodes.push(...nodes.map((node) => tree[node] as RowNode));
    this.#tree = undefined;
  }

  doFork(): Sequence {
    this.#assertOpen();
    return new ReusedSequence(this.model, this.#nodes);
  }

  close(): void {
    this.#closed = true;
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClosedError('The sequence is closed.');
  }
}
