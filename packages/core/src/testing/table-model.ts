import type { Capabilities } from '../contract/capabilities.js';
import type { Distribution } from '../contract/distribution.js';
import type { ForwardOptions, ForwardRequest, ForwardResult } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import type { MemoryUse } from '../contract/memory-use.js';
import type { Sequence } from '../contract/sequence.js';
import type { Tokenizer } from '../contract/tokenizer.js';
import { pathNodes } from '../decoding/draft-shape.js';
import { ClosedError } from '../errors/closed-error.js';
import { ContextOverflowError } from '../errors/context-overflow-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { SequenceLimitError } from '../errors/sequence-limit-error.js';
import { TokenOutOfRangeError } from '../errors/token-out-of-range-error.js';
import { UnsupportedError } from '../errors/unsupported-error.js';
import { RowLogits } from '../sampling/row-logits.js';
import type { TableLaw } from './enumerate-joint-law.js';

export interface TableModelOptions {
  /** The language: a distribution over `vocabularySize` tokens after every history. */
  readonly law: TableLaw;
  readonly vocabularySize: number;
  /** Default 256. */
  readonly contextLength?: number | undefined;
  /** Most tokens of a pass that is not a prompt; default: the context length. */
  readonly maximumPassTokens?: number | undefined;
  /** Default 4. */
  readonly maximumSequences?: number | undefined;
  readonly endTokens?: readonly number[];
  /**
   * Bytes of every token; default: one lower-case letter, or one byte above 26 tokens. A text is split into the longest
   * tokens from its beginning.
   */
  readonly tokenBytes?: (token: number) => Uint8Array;
}

const width = 4;

/**
 * A language model whose exact law is known: logits are the logarithms of the law's probabilities. It keeps the
 * whole contract (chains, trees, forks, rollback, queued passes, cancelling), and its cache is the tokens
 * themselves, so a wrong rollback gives wrong logits, as in a real engine.
 */
export function createTableModel(options: TableModelOptions): LanguageModel {
  return new TableModel(options);
}

class TableModel implements LanguageModel {
  readonly name = 'table';
  readonly tokenizer: Tokenizer;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly capabilities: Capabilities;
  readonly #law: TableLaw;
  #openSequences = 0;
  #closed = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: TableModelOptions) {
    const { law, vocabularySize, contextLength = 256, maximumSequences = 4, endTokens = [] } = options;
    this.#law = law;
    this.vocabularySize = vocabularySize;
    this.contextLength = contextLength;
    this.tokenizer = createTableTokenizer(vocabularySize, endTokens, options.tokenBytes);
    this.capabilities = {
      maximumLeaves: 16,
      maximumSequences,
      maximumPassTokens: options.maximumPassTokens ?? contextLength,
      hiddenStateWidth: width,
      rollback: true,
      weightFormat: 'table',
      device: 'cpu',
      engine: 'table',
    };
  }

  createSequence(): Sequence {
    return this.openSequence([]);
  }

  openSequence(tokens: readonly number[]): TableSequence {
    this.assertOpen();
    if (this.#openSequences >= this.capabilities.maximumSequences) {
      throw new SequenceLimitError(`All ${this.capabilities.maximumSequences} sequences are in use.`);
    }
    this.#openSequences += 1;
    return new TableSequence(this, tokens, () => {
      this.#openSequences -= 1;
    });
  }

  async forward(
    requests: readonly ForwardRequest[],
    options: ForwardOptions = {},
  ): Promise<readonly ForwardResult[]> {
    this.assertOpen();
    options.signal?.throwIfAborted();
    if (requests.length === 0) throw new InvalidArgumentError('A pass needs at least one request.');
    const sequences = requests.map((request) => this.#check(request));
    if (new Set(sequences).size < sequences.length)
      throw new InvalidArgumentError('A pass may name a sequence once.');
    const starts = sequences.map((sequence) => sequence.tokens.length);
    const befores = requests.map((request, index) => (sequences[index] as TableSequence).extend(request));
    const turn = this.#last.then(async () => {
      // A real engine is away for a while; cancelling can arrive then.
      await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
      const aborted = options.signal?.aborted === true;
      for (const [index, sequence] of sequences.entries()) {
        sequence.endPass(aborted ? starts[index] : undefined);
      }
      if (aborted) throw options.signal?.reason;
      return requests.map((request, index) => this.#compute(request, befores[index] as readonly number[]));
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  memory(): MemoryUse {
    this.assertOpen();
    return { weights: 1, cache: this.contextLength, buffers: this.vocabularySize * 4 };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
  }

  assertOpen(): void {
    if (this.#closed) throw new ClosedError('The table model is closed.');
  }

  #check(request: ForwardRequest): TableSequence {
    const { sequence, tokens, parents } = request;
    if (!(sequence instanceof TableSequence) || sequence.model !== this) {
      throw new InvalidArgumentError('The sequence belongs to another model.');
    }
    sequence.assertUsable();
    if (tokens.length === 0) throw new InvalidArgumentError('A request needs at least one token.');
    for (const token of tokens) {
      if (!Number.isInteger(token) || token < 0 || token >= this.vocabularySize) {
        throw new TokenOutOfRangeError(
          `Token ${token}: there are the tokens 0 to ${this.vocabularySize - 1}.`,
        );
      }
    }
    if (parents !== undefined && parents.length !== tokens.length) {
      throw new InvalidArgumentError('A tree needs one parent for each token.');
    }
    for (const [node, parent] of (parents ?? []).entries()) {
      if (!Number.isInteger(parent) || parent < -1 || parent >= node) {
        throw new InvalidArgumentError(
          `The parent of node ${node} is ${parent}: give -1 or an earlier node.`,
        );
      }
    }
    const leaves = parents === undefined ? 1 : tokens.filter((_, node) => !parents.includes(node)).length;
    if (leaves > this.capabilities.maximumLeaves) {
      throw new UnsupportedError(
        `A tree of ${leaves} leaves; the table model takes ${this.capabilities.maximumLeaves}.`,
      );
    }
    const depth =
      parents === undefined
        ? tokens.length
        : Math.max(...tokens.map((_, node) => pathNodes({ parents }, node).length));
    if (sequence.length + depth > this.contextLength) {
      throw new ContextOverflowError(`The context holds ${this.contextLength} tokens.`);
    }
    wantedRows(request);
    return sequence;
  }

  /** @param before the sequence's tokens before the request's. */
  #compute(request: ForwardRequest, before: readonly number[]): ForwardResult {
    const { tokens, parents } = request;
    const rows = wantedRows(request).map((row) =>
      parents === undefined
        ? [...before, ...tokens.slice(0, row + 1)]
        : [...before, ...pathNodes({ parents }, row).map((at) => tokens[at] as number)],
    );
    return {
      logits: new RowLogits(
        rows.map((history) => this.#logits(this.#law(history))),
        this.vocabularySize,
      ),
      hiddenStates:
        request.hiddenStates === true
          ? rows.map((history) => Float32Array.from({ length: width }, (_, at) => history.at(-1 - at) ?? -1))
          : undefined,
    };
  }

  #logits({ tokens, probabilities }: Distribution): Float32Array {
    const logits = new Float32Array(this.vocabularySize).fill(Number.NEGATIVE_INFINITY);
    for (const [index, probability] of probabilities.entries()) {
      logits[tokens === undefined ? index : (tokens[index] as number)] = Math.log(probability);
    }
    return logits;
  }
}

class TableSequence implements Sequence {
  readonly model: TableModel;
  readonly tokens: number[];
  readonly #release: () => void;
  #pending: ForwardRequest | undefined;
  #closed = false;
  #openPasses = 0;
  /** Made while passes are open, with the length they were made with. */
  #forks: { readonly fork: TableSequence; readonly length: number }[] = [];

  constructor(model: TableModel, tokens: readonly number[], release: () => void) {
    this.model = model;
    this.tokens = [...tokens];
    this.#release = release;
  }

  get length(): number {
    return this.tokens.length;
  }

  /** Takes a request's tokens in; the tokens that were there before. */
  extend(request: ForwardRequest): readonly number[] {
    const before = [...this.tokens];
    this.#openPasses += 1;
    if (request.parents === undefined) this.tokens.push(...request.tokens);
    else this.#pending = request;
    return before;
  }

  /** A pass has run, or was cancelled: then the sequence and its forks have what was there before it. */
  endPass(undoneFrom: number | undefined): void {
    if (undoneFrom !== undefined) this.#giveBack(undoneFrom);
    this.#openPasses -= 1;
    if (this.#openPasses === 0) this.#forks = [];
  }

  #giveBack(length: number): void {
    this.#truncate(length);
    for (const made of this.#forks) if (made.length > length) made.fork.#giveBack(length);
  }

  #truncate(length: number): void {
    this.tokens.length = Math.min(this.tokens.length, length);
    this.#pending = undefined;
  }

  doRollback(length: number): void {
    this.#assertOpen();
    if (!Number.isInteger(length) || length < 0 || length > this.tokens.length) {
      throw new InvalidArgumentError(
        `A sequence of ${this.tokens.length} tokens cannot be rolled back to ${length}.`,
      );
    }
    this.#truncate(length);
  }

  doCommitPath(nodes: readonly number[]): void {
    this.#assertOpen();
    const tree = this.#pending;
    if (tree === undefined) throw new InvalidArgumentError('There is no tree pass to commit a path of.');
    for (const [depth, node] of nodes.entries()) {
      if (tree.parents?.[node] !== (depth === 0 ? -1 : nodes[depth - 1])) {
        throw new InvalidArgumentError(`Node ${node} does not continue the path.`);
      }
    }
    this.tokens.push(...nodes.map((node) => tree.tokens[node] as number));
    this.#pending = undefined;
  }

  doFork(): Sequence {
    this.assertUsable();
    const fork = this.model.openSequence(this.tokens);
    if (this.#openPasses > 0) this.#forks.push({ fork, length: this.length });
    return fork;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
  }

  assertUsable(): void {
    this.#assertOpen();
    if (this.#pending !== undefined) {
      throw new InvalidArgumentError('A tree pass waits for doCommitPath or doRollback.');
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClosedError('The sequence is closed.');
    this.model.assertOpen();
  }
}

function wantedRows({ rows, tokens }: ForwardRequest): readonly number[] {
  if (rows === 'none') return [];
  if (rows === 'last') return [tokens.length - 1];
  if (rows === 'all') return [...tokens.keys()];
  for (const [index, row] of rows.entries()) {
    if (!Number.isInteger(row) || row >= tokens.length || row <= (rows[index - 1] ?? -1)) {
      throw new InvalidArgumentError(`Row ${row}: give ascending indices from 0 to ${tokens.length - 1}.`);
    }
  }
  return rows;
}

/** The longest token that the text begins with; the first of equals. */
function longestToken(bytes: readonly Uint8Array[], text: Uint8Array): number {
  let longest = -1;
  for (const [token, candidate] of bytes.entries()) {
    const begins = candidate.length > 0 && candidate.every((byte, at) => byte === text[at]);
    if (begins && candidate.length > (bytes[longest]?.length ?? 0)) longest = token;
  }
  if (longest < 0) throw new TokenOutOfRangeError(`No token of the table begins with the byte ${text[0]}.`);
  return longest;
}

function createTableTokenizer(
  vocabularySize: number,
  endTokens: readonly number[],
  tokenBytes: (token: number) => Uint8Array = (token) =>
    Uint8Array.of(vocabularySize <= 26 ? 'a'.charCodeAt(0) + token : token % 256),
): Tokenizer {
  const bytes = Array.from({ length: vocabularySize }, (_, token) => tokenBytes(token));
  return {
    vocabularySize,
    beginToken: undefined,
    addsBeginToken: false,
    endTokens,
    encode: (text) => {
      const rest = new TextEncoder().encode(text);
      const tokens: number[] = [];
      for (let at = 0; at < rest.length; at += (bytes[tokens.at(-1) as number] as Uint8Array).length)
        tokens.push(longestToken(bytes, rest.subarray(at)));
      return tokens;
    },
    decode: (tokens) =>
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(
        Uint8Array.from(tokens.flatMap((token) => [...(bytes[token] as Uint8Array)])),
      ),
    tokenBytes: (token) => {
      const known = bytes[token];
      if (known === undefined) throw new TokenOutOfRangeError(`There is no token ${token}.`);
      return known;
    },
  };
}
