import { ClosedError, RowLogits } from '@foretoken/core';

/** Logits in the engine's memory, which goes with the model. */
export class LlamaLogits extends RowLogits {
  readonly #model: { readonly name: string; readonly memoryFreed: boolean };

  constructor(
    rows: readonly Float32Array[],
    vocabularySize: number,
    model: { readonly name: string; readonly memoryFreed: boolean },
  ) {
    super(rows, vocabularySize);
    this.#model = model;
  }

  override read(row: number): Float32Array {
    if (this.#model.memoryFreed)
      throw new ClosedError(`The model ${this.#model.name} is closed, with its logits.`);
    return super.read(row);
  }
}
