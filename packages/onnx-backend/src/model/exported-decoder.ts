import { decodeWeights } from '@foretoken/models';
import type { OnnxBinding, OnnxSession } from '../engine/onnx-session.js';
import { byteCount, type DeviceTensor, elementCount, hostArray, type HostTensor } from '../engine/tensor.js';
import type { Decoder, DecoderCache, DecoderPass } from './decoder.js';
import type { CachePart, ExportLayout } from './export-layout.js';
import { HostOutputs } from './host-outputs.js';

/**
 * A graph in the layout of transformers.js: every pass takes the keys and values of the one before and gives them
 * back with the new ones behind. So the cache is copied in every pass, which is this layout's cost.
 */
export class ExportedDecoder implements Decoder {
  readonly session: OnnxSession;
  readonly layout: ExportLayout;
  readonly #close: () => Promise<void>;
  #bufferBytes = 0;

  /** @param close ends the session, where it is this package's. */
  constructor(session: OnnxSession, layout: ExportLayout, close: () => Promise<void>) {
    this.session = session;
    this.layout = layout;
    this.#close = close;
  }

  get bufferBytes(): number {
    return Math.max(this.#bufferBytes, this.layout.vocabularySize * 4);
  }

  createCache(): DecoderCache {
    return new GrowingCache(this);
  }

  createOutputs(rowCount: number): HostOutputs {
    const outputs = new HostOutputs(rowCount, this.layout.vocabularySize, 0);
    this.#bufferBytes = outputs.byteLength;
    return outputs;
  }

  async close(): Promise<void> {
    await this.#close();
  }
}

class GrowingCache implements DecoderCache {
  readonly #decoder: ExportedDecoder;
  readonly #binding: OnnxBinding;
  /** Keys and values of every layer, [1, heads, length, width]. */
  #tensors: readonly DeviceTensor[];
  #length = 0;

  constructor(decoder: ExportedDecoder) {
    this.#decoder = decoder;
    this.#binding = decoder.session.bind(new Map(), new Map());
    this.#tensors = this.#allocate(0);
  }

  get byteLength(): number {
    const { cacheType } = this.#decoder.layout;
    return this.#tensors.reduce((sum, { shape }) => sum + byteCount(cacheType, shape), 0);
  }

  async run(pass: DecoderPass, outputs: HostOutputs, firstRow: number): Promise<void> {
    const { layout } = this.#decoder;
    const { tokens, start, rows } = pass;
    if (start < this.#length) this.#replace(this.#copy(this, start), start);
    const total = start + tokens.length;
    const present = this.#allocate(total);
    // Logits come of the last tokens, from the first wanted on; of one where none is wanted.
    const kept =
      layout.keepShape === undefined ? tokens.length : tokens.length - (rows[0] ?? tokens.length - 1);
    const target = outputs.logits(firstRow, rows.length);
    const direct = layout.logitsType === 'float32' && rows.length === kept;
    const logits = direct ? target : makeTensor(layout.logitsType, [kept, layout.vocabularySize]);
    const named = (name: (part: CachePart) => string, tensors: readonly DeviceTensor[]) =>
      layout.parts.map((part, index): [string, DeviceTensor] => [name(part), tensors[index] as DeviceTensor]);
    try {
      await this.#binding.run(
        new Map<string, HostTensor | DeviceTensor>([
          ...this.#inputs(tokens, start, kept),
          ...named(({ past }) => past, this.#tensors),
        ]),
        new Map<string, HostTensor | DeviceTensor>([
          ['logits', { ...logits, shape: [1, ...logits.shape] }],
          ...named((part) => part.present, present),
        ]),
      );
    } catch (error) {
      for (const tensor of present) this.#decoder.session.free(tensor);
      throw error;
    }
    this.#replace(present, total);
    if (!direct) copyRows(logits, target, rows, tokens.length - kept);
  }

  keepPath(): void {
    // Without a bias there are no branches: a path lies where a chain's tokens do.
  }

  copyFrom(other: GrowingCache, length: number): void {
    this.#replace(this.#copy(other, length), length);
  }

  free(): void {
    this.#binding.free();
    for (const tensor of this.#tensors) this.#decoder.session.free(tensor);
  }

  #inputs(tokens: readonly number[], start: number, kept: number): [string, HostTensor][] {
    const { positions, attentionMask, keepShape } = this.#decoder.layout;
    const count = tokens.length;
    const total = start + count;
    return [
      ['input_ids', integers([1, count], (index) => tokens[index] as number)],
      ...(attentionMask
        ? [['attention_mask', integers([1, total], () => 1)] satisfies [string, HostTensor]]
        : []),
      ...(positions
        ? [['position_ids', integers([1, count], (index) => start + index)] satisfies [string, HostTensor]]
        : []),
      ...(keepShape === undefined
        ? []
        : [['num_logits_to_keep', integers(keepShape, () => kept)] satisfies [string, HostTensor]]),
    ];
  }

  /** The first tokens of a cache in tensors of their own. */
  #copy(source: GrowingCache, length: number): DeviceTensor[] {
    const copies = this.#allocate(length);
    if (length > 0) {
      for (const [index, tensor] of copies.entries()) {
        const from = source.#tensors[index] as DeviceTensor;
        this.#decoder.session.copyRows(from, tensor, [{ from: 0, to: 0, count: length }]);
      }
    }
    return copies;
  }

  #allocate(length: number): DeviceTensor[] {
    const { session, layout } = this.#decoder;
    return layout.parts.map(({ heads, width }) =>
      session.allocate(layout.cacheType, [1, heads, length, width]),
    );
  }

  #replace(tensors: readonly DeviceTensor[], length: number): void {
    for (const tensor of this.#tensors) this.#decoder.session.free(tensor);
    this.#tensors = tensors;
    this.#length = length;
  }
}

/** @param first the token of the first row that came. */
function copyRows(logits: HostTensor, target: HostTensor, rows: readonly number[], first: number): void {
  const [, width = 0] = logits.shape;
  const values =
    logits.data instanceof Uint16Array
      ? decodeWeights(new Uint8Array(logits.data.buffer), 'F16')
      : (logits.data as Float32Array);
  for (const [place, row] of rows.entries()) {
    const start = (row - first) * width;
    (target.data as Float32Array).set(values.subarray(start, start + width), place * width);
  }
}

function makeTensor(type: 'float32' | 'float16', shape: readonly number[]): HostTensor {
  const data = hostArray(type, new ArrayBuffer(byteCount(type, shape)), 0, elementCount(shape));
  return { type, shape, data };
}

function integers(shape: readonly number[], value: (index: number) => number): HostTensor {
  const count = elementCount(shape);
  // A buffer of its own: the engine holds its address, so it must not move.
  const data = new BigInt64Array(new ArrayBuffer(count * 8));
  for (let index = 0; index < count; index++) data[index] = BigInt(value(index));
  return { type: 'int64', shape, data };
}
