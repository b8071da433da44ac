import type { DeviceTensor, HostTensor } from '../engine/tensor.js';
import type { DecoderOutputs } from './decoder.js';

/** Where a generated graph is to write the rows of one forward call. */
export interface RowOutputs extends DecoderOutputs {
  readonly byteLength: number;
  /** [count, vocabularySize]. */
  logits(first: number, count: number): HostTensor | DeviceTensor;
  /** [count, width]. */
  hiddenStates(first: number, count: number): HostTensor;
}
