import type { LogitsHandle } from '@foretoken/core';
import type { ElementType } from '../graph/file/element-types.js';
import type { DeviceTensor, HostTensor, TensorDescription } from './tensor.js';

/** Rows to copy between caches. */
export interface RowCopy {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/**
 * One graph that an engine has loaded, whichever way the engine is reached. Nothing here may overlap except
 * that one pass runs while the event loop goes on: the model's queue sees to that.
 */
export interface OnnxSession {
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  /** Name and version of the engine's library, and the way it is reached. */
  readonly engine: string;
  /**
   * True where every pass costs a copy of all that is bound as its output: then caches should be no larger than
   * they need be.
   */
  readonly copiesCaches: boolean;
  /** Memory for a tensor where the engine computes. Its content is undefined. */
  allocate(type: ElementType, shape: readonly number[]): DeviceTensor;
  free(tensor: DeviceTensor): void;
  /**
   * Copies rows of [1, heads, rows, width] between tensors of the same heads and width, which may be the same
   * tensor; in order, and after the passes so far. With `deviceRows`, the whole of a tensor is copied to another.
   */
  copyRows(from: DeviceTensor, to: DeviceTensor, copies: readonly RowCopy[]): void;
  /** A set of tensors that stay where they are from pass to pass. */
  bind(inputs: ReadonlyMap<string, DeviceTensor>, outputs: ReadonlyMap<string, DeviceTensor>): OnnxBinding;
  /** Present where logits are to stay where the engine computes them. */
  readonly deviceRows: DeviceRows | undefined;
  close(): Promise<void>;
}

/** Rows of a tensor [rows, width] that this process cannot look into. */
export interface DeviceRows {
  /** Some rows, as an output of a pass. */
  slice(tensor: DeviceTensor, first: number, count: number): DeviceTensor;
  /** Some rows of logits, read where they lie. */
  logits(tensor: DeviceTensor, first: number, count: number): LogitsHandle;
}

export interface OnnxBinding {
  /**
   * Runs one pass off the event loop, with the bound tensors and some more, whose names are the same in every
   * pass. Arrays may be longer than their shapes say.
   *
   * @param inputs not to be changed before the pass is over.
   * @param outputs filled when the pass is over.
   * @throws EngineError.
   */
  run(
    inputs: ReadonlyMap<string, HostTensor | DeviceTensor>,
    outputs: ReadonlyMap<string, HostTensor | DeviceTensor>,
  ): Promise<void>;
  free(): void;
}
