import type { OnnxBinding } from '../engine/onnx-session.js';
import { byteCount, type DeviceTensor } from '../engine/tensor.js';
import { treeFirstSlot } from '../graph/tree-pass.js';
import type { DecoderCache, DecoderPass } from './decoder.js';
import type { GeneratedDecoder } from './generated-decoder.js';
import type { RowOutputs } from './row-outputs.js';

/** A cache that is bound as past and present at once: a pass writes its new slots, and nothing is moved. */
export class BoundCache implements DecoderCache {
  readonly #decoder: GeneratedDecoder;
  #slots: number;
  /** Keys and values of every layer. */
  #tensors: readonly DeviceTensor[];
  #binding: OnnxBinding;

  constructor(decoder: GeneratedDecoder) {
    this.#decoder = decoder;
    this.#slots = decoder.slotsFor(1);
    this.#tensors = this.#allocate();
    this.#binding = this.#bind();
  }

  get byteLength(): number {
    const { manifest } = this.#decoder;
    return this.#tensors.reduce((sum, { shape }) => sum + byteCount(manifest.cacheType, shape), 0);
  }

  async run(pass: DecoderPass, outputs: RowOutputs, firstRow: number): Promise<void> {
    const tree = pass.parents !== undefined;
    const firstSlot = tree ? treeFirstSlot(pass.start) : pass.start;
    this.#makeRoom(firstSlot + pass.tokens.length, pass.start);
    if (pass.start < firstSlot) {
      // The tree leaves a slot out, which must hold numbers all the same.
      await this.#run({ tokens: [0], start: 0, parents: undefined, rows: [] }, outputs, 0);
    }
    await this.#run(pass, outputs, firstRow);
  }

  keepPath(start: number, nodes: readonly number[]): void {
    const firstSlot = treeFirstSlot(start);
    const copies = nodes
      .map((node, depth) => ({ from: firstSlot + node, to: start + depth, count: 1 }))
      .filter(({ from, to }) => from !== to);
    if (copies.length === 0) return;
    for (const tensor of this.#tensors) this.#decoder.session.copyRows(tensor, tensor, copies);
  }

  copyFrom(other: BoundCache, length: number): void {
    this.#makeRoom(length, 0);
    this.#copyRows(other.#tensors, this.#tensors, length);
  }

  free(): void {
    if (!this.#decoder.keepSpare(this)) this.release();
  }

  /** Gives the memory back. */
  release(): void {
    this.#binding.free();
    for (const tensor of this.#tensors) this.#decoder.session.free(tensor);
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

  /** @param used slots whose content counts. */
  #makeRoom(slots: number, used: number): void {
    if (slots <= this.#slots) return;
    const before = { binding: this.#binding, tensors: this.#tensors };
    this.#slots = this.#decoder.slotsFor(slots);
    this.#tensors = this.#allocate();
    this.#copyRows(before.tensors, this.#tensors, used);
    this.#binding = this.#bind();
    before.binding.free();
    for (const tensor of before.tensors) this.#decoder.session.free(tensor);
  }

  #copyRows(from: readonly DeviceTensor[], to: readonly DeviceTensor[], count: number): void {
    if (count === 0) return;
    for (const [index, tensor] of to.entries()) {
      this.#decoder.session.copyRows(from[index] as DeviceTensor, tensor, [{ from: 0, to: 0, count }]);
    }
  }

  #allocate(): DeviceTensor[] {
    const { session, manifest } = this.#decoder;
    const shape = this.#decoder.cacheShape(this.#slots);
    return Array.from({ length: 2 * manifest.layers }, () => session.allocate(manifest.cacheType, shape));
  }

  #bind(): OnnxBinding {
    const named = (side: string): Map<string, DeviceTensor> =>
      new Map(
        this.#tensors.map((tensor, index) => [
          `${side}.${index >> 1}.${index % 2 === 0 ? 'key' : 'value'}`,
          tensor,
        ]),
      );
    return this.#decoder.session.bind(named('past_key_values'), named('present'));
  }
}
