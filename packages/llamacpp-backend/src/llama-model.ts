import {
  type Capabilities,
  ClosedError,
  type ForwardOptions,
  type ForwardRequest,
  type ForwardResult,
  InvalidArgumentError,
  type LanguageModel,
  type MemoryUse,
  RowLogits,
  SequenceLimitError,
  type Sequence,
  type Tokenizer,
  UnsupportedError,
} from '@foretoken/core';
import { type CheckedRequest, checkRequests } from './check-requests.js';
import type { BatchToken, LlamaContext } from './llama-context.js';
import { LlamaSequence } from './llama-sequence.js';
import { type Operation, OperationQueue } from './operation-queue.js';

export interface LlamaModelParts {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly contextLength: number;
  readonly capabilities: Capabilities;
  readonly memory: MemoryUse;
  readonly context: LlamaContext;
  readonly hiddenStateWidth: number;
  /** Frees the weights. */
  readonly freeModel: () => void;
}

/** A request in the queue, with what it takes to undo it. */
interface QueuedRequest extends CheckedRequest {
  readonly start: number;
  readonly undoneCount: number;
}

/** A token of a pass: where it came from, and what the engine is told. */
interface PassToken extends BatchToken {
  readonly request: number;
}

/** One llama.cpp model with one context, whose sequences share a unified cache. */
export class LlamaModel implements LanguageModel {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly capabilities: Capabilities;
  readonly #parts: LlamaModelParts;
  readonly #queue = new OperationQueue();
  readonly #freeSequences: number[];
  readonly #freeLeaves: number[];
  #closing: Promise<void> | undefined;

  constructor(parts: LlamaModelParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.tokenizer = parts.tokenizer;
    this.vocabularySize = parts.tokenizer.vocabularySize;
    this.contextLength = parts.contextLength;
    this.capabilities = parts.capabilities;
    const { maximumSequences, maximumLeaves } = parts.capabilities;
    this.#freeSequences = Array.from(
      { length: maximumSequences },
      (_, index) => maximumSequences - 1 - index,
    );
    this.#freeLeaves = Array.from({ length: maximumLeaves }, (_, index) => maximumSequences + index);
  }

  createSequence(): Sequence {
    this.assertOpen();
    return this.openSequence(0);
  }

  memory(): MemoryUse {
    this.assertOpen();
    return this.#parts.memory;
  }

  async forward(
    requests: readonly ForwardRequest[],
    options: ForwardOptions = {},
  ): Promise<readonly ForwardResult[]> {
    this.assertOpen();
    options.signal?.throwIfAborted();
    const queued = checkRequests(this, requests).map((request) => this.#begin(request));
    return new Promise((resolve, reject) => {
      const operation: Operation = {
        kind: 'pass',
        run: async () => {
          options.signal?.removeEventListener('abort', onAbort);
          try {
            for (const { sequence, undoneCount } of queued) {
              if (sequence.closed) throw new ClosedError('The sequence was closed before its pass ran.');
              if (sequence.undoneCount !== undoneCount) {
                throw new InvalidArgumentError('An earlier pass of the sequence failed or was cancelled.');
              }
            }
            resolve(await this.#run(queued, options));
          } catch (error) {
            for (const request of queued) this.#undo(request, true);
            reject(error);
          }
        },
      };
      const onAbort = (): void => {
        if (!this.#queue.remove(operation)) return;
        for (const request of queued) this.#undo(request, false);
        reject(options.signal?.reason);
      };
      options.signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(operation);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.idle().then(() => {
      this.#parts.context.free();
      this.#parts.freeModel();
    });
    return this.#closing;
  }

  // -------- for this package's sequences --------

  assertOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError(`The model ${this.name} is closed.`);
  }

  assertRollback(): void {
    if (!this.capabilities.rollback) {
      throw new UnsupportedError(
        `${this.name} is a recurrent model: its state cannot be shortened by position, so it cannot speculate.`,
      );
    }
  }

  /** Changes the cache after the passes that were requested before. */
  change(run: (context: LlamaContext) => void): void {
    this.#queue.push({ kind: 'change', run: () => run(this.#parts.context) });
  }

  openSequence(length: number): LlamaSequence {
    const id = this.#freeSequences.pop();
    if (id === undefined) {
      throw new SequenceLimitError(
        `All ${this.capabilities.maximumSequences} sequences of ${this.name} are in use: close one, or load the model with a larger maximumSequences.`,
      );
    }
    return new LlamaSequence(this, id, length);
  }

  closeSequence(sequence: LlamaSequence): void {
    // After close of the model there is nothing left to change.
    if (this.#closing === undefined) this.change((context) => context.remove(sequence.id, 0));
    this.#freeSequences.push(sequence.id);
  }

  releaseLeaves(ids: readonly number[]): void {
    if (this.#closing === undefined) {
      this.change((context) => {
        for (const id of ids) context.remove(id, 0);
      });
    }
    this.#freeLeaves.push(...ids);
  }

  // ----------------------------------------------

  #begin(request: CheckedRequest): QueuedRequest {
    const { sequence, parents, leaves, tokens } = request;
    const queued = { ...request, start: sequence.length, undoneCount: sequence.undoneCount };
    if (parents === undefined) {
      sequence.setLength(sequence.length + tokens.length);
    } else {
      sequence.pendingTree = {
        parents,
        leaves: new Map(leaves.map((leaf) => [leaf, this.#freeLeaves.pop() as number])),
      };
    }
    return queued;
  }

  /** Gives a request's tokens back; `started` where some of them may be in the cache. */
  #undo({ sequence, parents, start, undoneCount }: QueuedRequest, started: boolean): void {
    if (sequence.undoneCount !== undoneCount || sequence.closed) return;
    sequence.undoneCount += 1;
    if (parents !== undefined) sequence.doRollback(start);
    else sequence.setLength(start);
    if (started && parents === undefined && this.capabilities.rollback) {
      this.#parts.context.remove(sequence.id, start);
    }
  }

  async #run(requests: readonly QueuedRequest[], options: ForwardOptions): Promise<ForwardResult[]> {
    const { context, hiddenStateWidth } = this.#parts;
    const embeddings = requests.some(({ hiddenStates }) => hiddenStates);
    for (const { sequence, start } of requests) {
      for (const leaf of sequence.pendingTree?.leaves.values() ?? [])
        context.share(sequence.id, leaf, 0, start);
    }
    const tokens = requests.flatMap(passTokens);
    const batches = splitBatches(tokens, context.limits.batchSize, context.limits.outputs, embeddings);
    const logits = requests.map((): Float32Array[] => []);
    const hiddenStates = requests.map((): Float32Array[] => []);
    let done = 0;
    for (const batch of batches) {
      options.signal?.throwIfAborted();
      await context.decode(batch, embeddings);
      done += batch.length;
      const rowCount = embeddings
        ? batch.length
        : batch.reduce((sum, token) => sum + (token.output ? 1 : 0), 0);
      if (rowCount > 0) {
        // One batch: the engine's own memory. Several: each overwrites the one before.
        const keep = (view: Float32Array): Float32Array => (batches.length === 1 ? view : view.slice());
        const allLogits = context.logits(rowCount, this.vocabularySize);
        const allStates = embeddings ? context.hiddenStates(rowCount, hiddenStateWidth) : undefined;
        let row = 0;
        for (const token of batch) {
          if (token.output) {
            const { vocabularySize: width } = this;
            logits[token.request]?.push(keep(allLogits.subarray(row * width, (row + 1) * width)));
            if (allStates !== undefined) {
              hiddenStates[token.request]?.push(
                keep(allStates.subarray(row * hiddenStateWidth, (row + 1) * hiddenStateWidth)),
              );
            }
          }
          if (token.output || embeddings) row += 1;
        }
      }
      if (batches.length > 1) options.onProgress?.(done, tokens.length);
    }
    return requests.map((request, index) => ({
      logits: new RowLogits(logits[index] as Float32Array[], this.vocabularySize),
      hiddenStates: request.hiddenStates ? hiddenStates[index] : undefined,
    }));
  }
}

/** The engine's view of a request's tokens: a tree's nodes belong to the sequences of the leaves below. */
function passTokens(request: QueuedRequest, index: number): PassToken[] {
  const { sequence, tokens, parents, depths, start } = request;
  const wanted = new Set(request.rows);
  const sequences: number[][] = tokens.map(() => []);
  if (parents === undefined) {
    const own = [sequence.id];
    sequences.fill(own);
  } else {
    for (const [leaf, id] of sequence.pendingTree?.leaves ?? []) {
      for (let at = leaf; at >= 0; at = parents[at] as number) sequences[at]?.push(id);
    }
  }
  return tokens.map((token, at) => ({
    request: index,
    token,
    position: start + (depths[at] as number),
    sequences: sequences[at] as number[],
    output: wanted.has(at),
  }));
}

/** Batches within the engine's limits, in order. */
function splitBatches(
  tokens: readonly PassToken[],
  batchSize: number,
  outputs: number,
  embeddings: boolean,
): PassToken[][] {
  const batches: PassToken[][] = [];
  let outputCount = 0;
  for (const token of tokens) {
    const output = token.output || embeddings ? 1 : 0;
    const last = batches.at(-1);
    if (last === undefined || last.length === batchSize || outputCount + output > outputs) {
      batches.push([token]);
      outputCount = output;
    } else {
      last.push(token);
      outputCount += output;
    }
  }
  return batches;
}
