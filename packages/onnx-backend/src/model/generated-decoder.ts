import type { OnnxBinding, OnnxSession } from '../engine/onnx-session.js';
import { byteCount, type DeviceTensor } from '../engine/tensor.js';
import type { GraphManifest } from '../graph/graph-manifest.js';
import { treeFirstSlot } from '../graph/tree-pass.js';
import type { Decoder, DecoderCache, DecoderPass } from './decoder.js';
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

  constructor(session: OnnxSession, manifest: GraphManifest, sizes: GeneratedDecoderSizes) {
    this.session = session;
    this.manifest = manifest;
    this.capacity = sizes.capacity;
    this.inputs = new PassInputs(manifest, sizes.passTokens);
    this.#outputRows = sizes.outputRows;
    this.#deviceLogits = this.#allocateLogits(sizes.outputRows);
    this.#outputs = this.#makeOutputs(sizes.outputRows, this.#deviceLogits);
  }

  get bufferBytes(): number {
    return this.inputs.byteLength + this.#outputs.byteLength;
  }

  get cacheShape(): readonly number[] {
    return [1, this.manifest.keyValueHeads, this.capacity, this.manifest.headWidth];
  }

  createCache(): DecoderCache {
    return new GeneratedCache(this);
  }

  createOutputs(rowCount: number): RowOutputs {
    if (rowCount <= this.#outputRows) return this.#outputs;
    if (this.#manyLogits !== undefined) this.session.free(this.#manyLogits);
    this.#manyLogits = this.#allocateLogits(rowCount);
    return this.#makeOutputs(rowCount, this.#manyLogits);
  }

  async close(): Promise<void> {
    for (const tensor of [this.#deviceLogits, this.#manyLogits]) {
      if (tensor !== undefined) this.session.free(tensor);
    }
    await this.session.close();
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

class GeneratedCache implements DecoderCache {
  readonly #decoder: GeneratedDecoder;
  /** Keys and values of every layer. */
  readonly #tensors: readonly DeviceTensor[];
  readonly #binding: OnnxBinding;

  constructor(decoder: GeneratedDecoder) {
    this.#decoder = decoder;
    const { session, manifest } = decoder;
    const tensors: DeviceTensor[] = [];
    const past = new Map<string, DeviceTensor>();
    const present = new Map<string, DeviceTensor>();
    for (let layer = 0; layer < manifest.layers; layer++) {
      for (const part of ['key', 'value']) {
        const tensor = session.allocate(manifest.cacheType, decoder.cacheShape);
        tensors.push(tensor);
        past.set(`past_key_values.${layer}.${part}`, tensor);
        present.set(`present.${layer}.${part}`, tensor);
      }
    }
    this.#tensors = tensors;
    this.#binding = session.bind(past, present);
  }

  get byteLength(): number {
    const { manifest, cacheShape } = this.#decoder;
    return this.#tensors.length * byteCount(manifest.cacheType, cacheShape);
  }

  async run(pass: DecoderPass, outputs: RowOutputs, firstRow: number): Promise<void> {
    if (pass.parents !== undefined && pass.start < treeFirstSlot(pass.start)) {
      // The tree leaves a slot out, which must hold numbers all the same.
      const filler = { tokens: [0], start: 0, parents: undefined, rows: [] };
      await this.#run(filler, outputs, 0);
    }
    await this.#run(pass, outputs, firstRow);
  }

  async #run(pass: DecoderPass, outputs: RowOutputs, firstRow: number): Promise<void> {
    const count = pass.rows.length;
    await this.#binding.run(
      this.#decoder.inputs.fill(pass),
      new Map([
        ['logits', outputs.logits(firstRow, count)],
        ['hidden_states', outputs.hiddenStates(firstRow, count)],
      ]),
    );
  }

  keepPath(start: number, nodes: readonly number[]): void {
    const firstSlot = treeFirstSlot(start);
    const copies = nodes
      .map((node, depth) => ({ from: firstSlot + node, to: start + depth, count: 1 }))
      .filter(({ from, to }) => from !== to);
    if (copies.length === 0) return;
    for (const tensor of this.#tensors) this.#decoder.session.copyRows(tensor, tensor, copies);
  }

  copyFrom(other: GeneratedCache, length: number): void {
    if (length === 0) return;
    for (const [index, tensor] of this.#tensors.entries()) {
      const source = other.#tensors[index] as DeviceTensor;
      this.#decoder.session.copyRows(source, tensor, [{ from: 0, to: 0, count: length }]);
    }
  }

  free(): void {
    this.#binding.free();
    for (const tensor of this.#tensors) this.#decoder.session.free(tensor);
  }
}
