import type { ForwardResult } from '@foretoken/core';
import type { DeviceRows } from '../engine/onnx-session.js';
import type { DeviceTensor, HostTensor } from '../engine/tensor.js';
import { HostRows } from './host-rows.js';
import type { RowOutputs } from './row-outputs.js';

/** Logits that stay on the device; hidden states, which are small, in this process's memory. */
export class DeviceOutputs implements RowOutputs {
  readonly #rows: DeviceRows;
  readonly #logits: DeviceTensor;
  readonly #states: HostRows;

  /** @param logits float32, [rows, vocabularySize]. */
  constructor(rows: DeviceRows, logits: DeviceTensor, width: number) {
    this.#rows = rows;
    this.#logits = logits;
    this.#states = new HostRows(logits.shape[0] as number, width);
  }

  get byteLength(): number {
    return (
      (this.#logits.shape[0] as number) * (this.#logits.shape[1] as number) * 4 + this.#states.byteLength
    );
  }

  logits(first: number, count: number): DeviceTensor {
    return this.#rows.slice(this.#logits, first, count);
  }

  hiddenStates(first: number, count: number): HostTensor {
    return this.#states.tensor(first, count);
  }

  result(first: number, count: number, hiddenStates: boolean): ForwardResult {
    return {
      logits: this.#rows.logits(this.#logits, first, count),
      hiddenStates: hiddenStates ? this.#states.views(first, count) : undefined,
    };
  }
}
