import type { ElementType } from '../graph/file/element-types.js';
import type { RowCopy } from './onnx-session.js';
import type { SessionOptions } from './session-options.js';
import type { HostArray, TensorDescription } from './tensor.js';

/** Names of tensors with their numbers in the worker. */
type BoundTensors = readonly (readonly [name: string, tensor: number])[];

/** What the worker is asked for. Those with an `id` are answered. */
export type StockRequest =
  | { readonly kind: 'open'; readonly id: number; readonly path: string; readonly options: SessionOptions }
  | {
      readonly kind: 'allocate';
      readonly tensor: number;
      readonly type: ElementType;
      readonly shape: readonly number[];
    }
  | { readonly kind: 'free'; readonly tensor: number }
  | {
      readonly kind: 'copy-rows';
      readonly from: number;
      readonly to: number;
      readonly copies: readonly RowCopy[];
    }
  | {
      readonly kind: 'bind';
      readonly binding: number;
      readonly inputs: BoundTensors;
      readonly outputs: BoundTensors;
    }
  | { readonly kind: 'free-binding'; readonly binding: number }
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly binding: number;
      readonly inputs: readonly PlainTensor[];
      /** Inputs that are in the worker. */
      readonly boundInputs: BoundTensors;
      /** Outputs whose arrays come back. */
      readonly wanted: readonly Omit<PlainTensor, 'data'>[];
      /** Outputs that stay in the worker. */
      readonly boundOutputs: BoundTensors;
    }
  | { readonly kind: 'close'; readonly id: number };

/** A tensor on its way. */
interface PlainTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: HostArray;
}

export interface OpenedSession {
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
}

export type StockAnswer =
  | { readonly id: number; readonly result: OpenedSession | readonly HostArray[] | undefined }
  | { readonly id: number; readonly error: string };
