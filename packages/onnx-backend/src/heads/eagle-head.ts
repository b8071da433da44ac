import {
  ClosedError,
  type ForwardResult,
  type HeadRequest,
  type HeadSequence,
  InvalidArgumentError,
  type MemoryUse,
} from '@foretoken/core';
import type { OnnxSession } from '../engine/onnx-session.js';
import type { GraphManifest } from '../graph/graph-manifest.js';
import type { BoundCache } from '../model/bound-cache.js';
import { GeneratedDecoder, type GeneratedDecoderSizes } from '../model/generated-decoder.js';
import { mostDraftTokens } from '../model/load-settings.js';
import { checkHeadRequest } from './check-head-request.js';
import { checkRollback, OnnxHead, wantedEntries } from './onnx-head.js';

/** An EAGLE head: a decoder of one layer that is given features beside its tokens. */
export class EagleHead extends OnnxHead {
  readonly hiddenStateWidth: number;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly maximumSteps: number = Number.POSITIVE_INFINITY;
  readonly maximumPassEntries: number = mostDraftTokens;
  readonly attends: boolean = true;
  readonly decoder: GeneratedDecoder;
  readonly #weightBytes: number;
  readonly #sequences = new Set<EagleSequence>();

  constructor(name: string, session: OnnxSession, manifest: GraphManifest, weightBytes: number) {
    super(name);
    this.#weightBytes = weightBytes;
    this.hiddenStateWidth = manifest.width;
    this.vocabularySize = manifest.vocabularySize;
    this.contextLength = manifest.contextLength;
    this.decoder = new GeneratedDecoder(session, manifest, eagleSizes(manifest));
  }

  override createSequence(): HeadSequence {
    this.assertOpen();
    const sequence = new EagleSequence(this);
    this.#sequences.add(sequence);
    return sequence;
  }

  override memory(): MemoryUse {
    let cache = 0;
    for (const sequence of this.#sequences) cache += sequence.cache.byteLength;
    return { weights: this.#weightBytes, cache, buffers: this.decoder.bufferBytes };
  }

  release(sequence: EagleSequence): void {
    if (this.isClosing || !this.#sequences.delete(sequence)) return;
    // A pass may still run on the cache.
    void this.enqueue(async () => sequence.cache.free(), undefined);
  }

  protected override async free(): Promise<void> {
    for (const sequence of this.#sequences) sequence.cache.free();
    this.#sequences.clear();
    await this.decoder.close();
  }
}

/** What the head's decoder makes room for. */
export function eagleSizes({ contextLength }: GraphManifest): GeneratedDecoderSizes {
  // A tree at the end of the context has more entries than positions.
  const capacity = contextLength + mostDraftTokens;
  return { capacity, passTokens: mostDraftTokens, outputRows: mostDraftTokens };
}

class EagleSequence implements HeadSequence {
  readonly cache: BoundCache;
  readonly #head: EagleHead;
  #length = 0;
  #closed = false;

  constructor(head: EagleHead) {
    this.#head = head;
    this.cache = head.decoder.createCache();
  }

  get length(): number {
    return this.#length;
  }

  async forward(
    request: HeadRequest,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ForwardResult> {
    this.#assertOpen();
    checkHeadRequest(this.#head, request, this.#head.hiddenStateWidth);
    const { tokens, features, positions, parents } = request;
    if (parents !== undefined && this.#length === 0) {
      throw new InvalidArgumentError('A tree of entries follows at least one entry.');
    }
    const rows = wantedEntries(request);
    return this.#head.enqueue(async () => {
      this.#assertOpen();
      const outputs = this.#head.decoder.createOutputs(rows.length);
      const pass = { tokens, features, positions, rows, start: this.#length, parents };
      await this.cache.run(pass, outputs, 0);
      if (parents === undefined) this.#length += tokens.length;
      return outputs.result(0, rows.length, true);
    }, options.signal);
  }

  doRollback(length: number): void {
    this.#assertOpen();
    checkRollback(length, this.#length);
    this.#length = length;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#head.release(this);
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClosedError('The sequence of the head is closed.');
  }
}
