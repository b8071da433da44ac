import type { ForwardOptions, ForwardResult, MemoryUse } from '@foretoken/core';
import { EngineModel, type EngineModelParts, type QueuedRequest } from '@foretoken/core/backend';
import type { LlamaContext } from './llama-context.js';
import { type PassToken, splitBatches } from './split-batches.js';
import { LlamaLogits } from './llama-logits.js';
import { PassRows } from './pass-rows.js';
import { leafIds, LlamaSequence } from './llama-sequence.js';

export interface LlamaModelParts extends EngineModelParts {
  readonly memory: MemoryUse;
  readonly context: LlamaContext;
  readonly hiddenStateWidth: number;
  /** Frees the weights. */
  readonly freeModel: () => void;
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
    const { context } = this.#parts;
    for (const { sequence, start, tree } of requests) {
      for (const leaf of leafIds(tree).values()) context.share(sequence.id, leaf, 0, start);
    }
    const tokens = requests.flatMap(passTokens);
    const batches = splitBatches(tokens, context.limits);
    // One batch: the engine's own memory. Several: each overwrites the one before.
    const rows = new PassRows(requests.length, batches.length > 1);
    let done = 0;
    for (const batch of batches) {
      options.signal?.throwIfAborted();
      await context.decode(batch.tokens, batch.hiddenStates);
      rows.take(batch, context, this.vocabularySize, this.#parts.hiddenStateWidth);
      done += batch.tokens.length;
      if (batches.length > 1) options.onProgress?.(done, tokens.length);
    }
    return requests.map(({ hiddenStates }, index) => ({
      logits: new LlamaLogits(rows.logits(index), this.vocabularySize, this),
      hiddenStates: hiddenStates ? rows.hiddenStates(index) : undefined,
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
    hiddenState: request.hiddenStates && wanted.has(at),
  }));
}
