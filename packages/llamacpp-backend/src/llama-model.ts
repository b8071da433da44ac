import { type ForwardOptions, type ForwardResult, type MemoryUse, RowLogits } from '@foretoken/core';
import { EngineModel, type EngineModelParts, type QueuedRequest } from '@foretoken/core/backend';
import type { BatchToken, LlamaContext } from './llama-context.js';
import { leafIds, LlamaSequence } from './llama-sequence.js';

export interface LlamaModelParts extends EngineModelParts {
  readonly memory: MemoryUse;
  readonly context: LlamaContext;
  readonly hiddenStateWidth: number;
  /** Frees the weights. */
  readonly freeModel: () => void;
}

/** A token of a pass: where it came from, and what the engine is told. */
interface PassToken extends BatchToken {
  readonly request: number;
}

/** One llama.cpp model with one context, whose sequences share a unified cache. */
export class LlamaModel extends EngineModel<LlamaSequence> {
  readonly #parts: LlamaModelParts;
  readonly #freeSequences: number[];
  readonly #freeLeaves: number[];

  constructor(parts: LlamaModelParts) {
    super(parts);
    this.#parts = parts;
    const { maximumSequences, maximumLeaves } = parts.capabilities;
    this.#freeSequences = Array.from(
      { length: maximumSequences },
      (_, index) => maximumSequences - 1 - index,
    );
    this.#freeLeaves = Array.from({ length: maximumLeaves }, (_, index) => maximumSequences + index);
  }

  override get availableLeaves(): number {
    return this.#freeLeaves.length;
  }

  override closeSequence(sequence: LlamaSequence): void {
    super.closeSequence(sequence);
    this.#freeSequences.push(sequence.id);
  }

  /** Sequences of the engine, one for every leaf of a tree. */
  takeLeaves(count: number): number[] {
    return this.#freeLeaves.splice(this.#freeLeaves.length - count);
  }

  releaseLeaves(ids: readonly number[]): void {
    const { context } = this.#parts;
    this.change(() => {
      for (const id of ids) context.remove(id, 0);
    });
    this.#freeLeaves.push(...ids);
  }

  protected override makeSequence(length: number): LlamaSequence {
    return new LlamaSequence(this, this.#parts.context, this.#freeSequences.pop() as number, length);
  }

  protected override measureMemory(): MemoryUse {
    return this.#parts.memory;
  }

  protected override free(): void {
    this.#parts.context.free();
    this.#parts.freeModel();
  }

  protected override async runPass(
    requests: readonly QueuedRequest<LlamaSequence>[],
    options: ForwardOptions,
  ): Promise<ForwardResult[]> {
    const { context, hiddenStateWidth } = this.#parts;
    const embeddings = requests.some(({ hiddenStates }) => hiddenStates);
    for (const { sequence, start, tree } of requests) {
      for (const leaf of leafIds(tree).values()) context.share(sequence.id, leaf, 0, start);
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
function passTokens(request: QueuedRequest<LlamaSequence>, index: number): PassToken[] {
  const { sequence, tokens, parents, depths, start, tree } = request;
  const wanted = new Set(request.rows);
  const sequences: number[][] = tokens.map(() => []);
  if (parents === undefined) {
    const own = [sequence.id];
    sequences.fill(own);
  } else {
    for (const [leaf, id] of leafIds(tree)) {
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
