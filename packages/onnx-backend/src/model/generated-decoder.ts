import type { OnnxSession } from '../engine/onnx-session.js';
import type { DeviceTensor } from '../engine/tensor.js';
import type { GraphManifest } from '../graph/graph-manifest.js';
import { BoundCache } from './bound-cache.js';
import type { Decoder } from './decoder.js';
import { DeviceOutputs } from './device-outputs.js';
import { HostOutputs } from './host-outputs.js';
import { PassInputs } from './pass-inputs.js';
import type { RowOutputs } from './row-outputs.js';

export interface GeneratedDecoderSizes {
  /** Tokens that a cache has room for. */
  readonly capacity: number;
  /** Most tokens of a pass. */
  readonly passTokens: number;
  /** Rows that a forward call usually wants at most; their memory is kept. */
  readonly outputRows: number;
}

/** Slots by which a cache grows, where it grows. */
const growthStep = 256;

/**
 * Bytes of closed sequences' caches that are kept for the next sequences: forks come and go, and memory that is taken and
 * bound anew for each costs more than a short pass.
 */
const mostSpareBytes = 2 ** 26;

/** A graph of our generator: the cache is one piece of memory, read and written in place. */
export class GeneratedDecoder implements Decoder {
  readonly session: OnnxSession;
  readonly manifest: GraphManifest;
  readonly inputs: PassInputs;
  readonly capacity: number;
  readonly #outputRows: number;
  readonly #outputs: RowOutputs;
  /** Logits on the device: those of a usual call, and those of the last unusual one. */
  readonly #deviceLogits: DeviceTensor | undefined;
  #manyLogits: DeviceTensor | undefined;
  /** Caches without a sequence. */
  readonly #spare: BoundCache[] = [];

  constructor(session: OnnxSession, manifest: GraphManifest, sizes: GeneratedDecoderSizes) {
    this.session = session;
    this.manifest = manifest;
    this.capacity = sizes.capacity;
    this.inputs = new PassInputs(manifest, sizes);
    this.#outputRows = sizes.outputRows;
    this.#deviceLogits = this.#allocateLogits(sizes.outputRows);
    this.#outputs = this.#makeOutputs(sizes.outputRows, this.#deviceLogits);
  }

  get bufferBytes(): number {
    return this.inputs.byteLength + this.#outputs.byteLength + this.#spareBytes;
  }

  /** The shape of a layer's keys, or values, with room for so many tokens. */
  cacheShape(slots: number): readonly number[] {
    return [1, this.manifest.keyValueHeads, slots, this.manifest.headWidth];
  }

  /** Room to make for so many tokens. */
  slotsFor(tokens: number): number {
    if (!this.session.copiesCaches) return this.capacity;
    return Math.min(this.capacity, Math.ceil(tokens / growthStep) * growthStep);
  }

  createCache(): BoundCache {
    // What it holds is nobody's: a pass says how much of a cache is valid.
    return this.#spare.pop() ?? new BoundCache(this);
  }

  /** Keeps a cache for the next sequence; false where it is to be released. */
  keepSpare(cache: BoundCache): boolean {
    if (this.#spareBytes + cache.byteLength > mostSpareBytes) return false;
    this.#spare.push(cache);
    return true;
  }

  createOutputs(rowCount: number): RowOutputs {
    if (rowCount <= this.#outputRows) return this.#outputs;
    if (this.#manyLogits !== undefined) this.session.free(this.#manyLogits);
    this.#manyLogits = this.#allocateLogits(rowCount);
    return this.#makeOutputs(rowCount, this.#manyLogits);
  }

  async close(): Promise<void> {
    for (const cache of this.#spare.splice(0)) cache.release();
    for (const tensor of [this.#deviceLogits, this.#manyLogits]) {
      if (tensor !== undefined) this.session.free(tensor);
    }
    await this.session.close();
  }

  get #spareBytes(): number {
    return this.#spare.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  #allocateLogits(rowCount: number): DeviceTensor | undefined {
    if (this.session.deviceRows === undefined) return undefined;
    return this.session.allocate('float32', [rowCount, this.manifest.vocabularySize]);
  }

  #makeOutputs(rowCount: number, deviceLogits: DeviceTensor | undefined): RowOutputs {
    const { vocabularySize, width } = this.manifest;
    const { deviceRows } = this.session;
    return deviceRows === undefined || deviceLogits === undefined
      ? new HostOutputs(rowCount, vocabularySize, width)
      : new DeviceOutputs(deviceRows, deviceLogits, width);
  }
}
