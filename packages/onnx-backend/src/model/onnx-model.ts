import type { ForwardOptions, ForwardResult, MemoryUse } from '@foretoken/core';
import {
  computeTurns,
  EngineModel,
  type EngineModelParts,
  type QueuedRequest,
} from '@foretoken/core/backend';
import type { Decoder, DecoderPass } from './decoder.js';
import { OnnxSequence } from './onnx-sequence.js';

export interface OnnxModelParts extends EngineModelParts {
  readonly decoder: Decoder;
  readonly weightBytes: number;
  /** Most tokens of one engine run: between runs a long prompt can be cancelled. */
  readonly passTokens: number;
}

/** A part of a request that the engine reads in one run. */
interface Chunk extends DecoderPass {
  readonly sequence: OnnxSequence;
  readonly firstRow: number;
}

/** One ONNX graph, with a cache for every sequence. */
export class OnnxModel extends EngineModel<OnnxSequence> {
  readonly #parts: OnnxModelParts;
  readonly #sequences = new Set<OnnxSequence>();

  constructor(parts: OnnxModelParts) {
    super(parts);
    this.#parts = parts;
  }

  /** For this package's sequences. */
  releaseCache(sequence: OnnxSequence): void {
    if (this.#sequences.delete(sequence)) sequence.cache.free();
  }

  protected override makeSequence(length: number): OnnxSequence {
    const sequence = new OnnxSequence(this, this.#parts.decoder.createCache(), length);
    this.#sequences.add(sequence);
    return sequence;
  }

  protected override measureMemory(): MemoryUse {
    const { decoder, weightBytes } = this.#parts;
    let cache = 0;
    for (const sequence of this.#sequences) cache += sequence.cache.byteLength;
    return { weights: weightBytes, cache, buffers: decoder.bufferBytes };
  }

  protected override async free(): Promise<void> {
    for (const sequence of this.#sequences) this.releaseCache(sequence);
    await this.#parts.decoder.close();
  }

  protected override async runPass(
    requests: readonly QueuedRequest<OnnxSequence>[],
    options: ForwardOptions,
  ): Promise<ForwardResult[]> {
    const firstRows: number[] = [];
    let rowCount = 0;
    for (const { rows } of requests) {
      firstRows.push(rowCount);
      rowCount += rows.length;
    }
    const outputs = this.#parts.decoder.createOutputs(rowCount);
    const chunks = requests.flatMap((request, index) =>
      splitRequest(request, firstRows[index] as number, this.#parts.passTokens),
    );
    const total = requests.reduce((sum, { tokens }) => sum + tokens.length, 0);
    let done = 0;
    for (const chunk of chunks) {
      options.signal?.throwIfAborted();
      await computeTurns.take(() => chunk.sequence.cache.run(chunk, outputs, chunk.firstRow));
      done += chunk.tokens.length;
      if (chunks.length > 1) options.onProgress?.(done, total);
    }
    return requests.map(({ rows, hiddenStates }, index) =>
      outputs.result(firstRows[index] as number, rows.length, hiddenStates),
    );
  }
}

/** A tree is read at once; a chain in portions. */
function splitRequest(request: QueuedRequest<OnnxSequence>, firstRow: number, passTokens: number): Chunk[] {
  const { sequence, tokens, leaves, rows, start } = request;
  // A tree without branches is a chain.
  const parents = leaves.length > 1 ? request.parents : undefined;
  if (parents !== undefined || tokens.length <= passTokens) {
    return [{ sequence, tokens, parents, rows, start, firstRow }];
  }
  const chunks: Chunk[] = [];
  let row = 0;
  for (let from = 0; from < tokens.length; from += passTokens) {
    const part = tokens.slice(from, from + passTokens);
    const firstOfChunk = row;
    while (row < rows.length && (rows[row] as number) < from + part.length) row += 1;
    chunks.push({
      sequence,
      tokens: part,
      parents: undefined,
      rows: rows.slice(firstOfChunk, row).map((wanted) => wanted - from),
      start: start + from,
      firstRow: firstRow + firstOfChunk,
    });
  }
  return chunks;
}
