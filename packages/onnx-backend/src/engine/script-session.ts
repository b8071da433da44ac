import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { type ElementType, elementBytes } from '../graph/file/element-types.js';
import { copyTensorRows } from './copy-tensor-rows.js';
import type { OnnxBinding, OnnxSession, RowCopy } from './onnx-session.js';
import {
  byteCount,
  type DeviceTensor,
  elementCount,
  type HostTensor,
  hostArray,
  type TensorDescription,
} from './tensor.js';

/** What is used of a session of the JavaScript API. */
export type ScriptInferenceSession = Pick<
  InferenceSession,
  'inputMetadata' | 'outputMetadata' | 'run' | 'release'
>;

/** A tensor in this thread's memory. */
interface ScriptTensor extends DeviceTensor {
  tensor: Tensor;
}

type Tensors = ReadonlyMap<string, HostTensor | DeviceTensor>;

/** A session of the JavaScript API: its passes block the thread that it is on. */
export class ScriptSession implements OnnxSession {
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  readonly engine: string;
  readonly deviceRows = undefined;
  readonly copiesCaches = true;
  readonly #session: ScriptInferenceSession;
  readonly #takesOutputs: boolean;

  /**
   * @param takesOutputs false for a session of another copy of onnxruntime-node: it does not know our tensors, so
   *   what it is to write is taken from what it gives back. Past and present must then be different tensors.
   */
  constructor(session: ScriptInferenceSession, engine: string, takesOutputs: boolean) {
    this.#session = session;
    this.#takesOutputs = takesOutputs;
    this.engine = engine;
    this.inputs = describe(session.inputMetadata);
    this.outputs = describe(session.outputMetadata);
  }

  allocate(type: ElementType, shape: readonly number[]): DeviceTensor {
    const data = hostArray(type, makeBuffer(byteCount(type, shape)), 0, elementCount(shape));
    const tensor: ScriptTensor = { type, shape, tensor: scriptTensor({ type, shape, data }) };
    return tensor;
  }

  free(tensor: DeviceTensor): void {
    const { buffer } = (tensor as ScriptTensor).tensor.data as Float32Array;
    // A buffer that the engine made goes when nothing refers to it.
    if (isResizable(buffer)) buffer.resize(0);
  }

  copyRows(from: DeviceTensor, to: DeviceTensor, copies: readonly RowCopy[]): void {
    copyTensorRows(bytesOf(from), from.shape, bytesOf(to), to.shape, elementBytes(from.type), copies);
  }

  bind(inputs: ReadonlyMap<string, DeviceTensor>, outputs: ReadonlyMap<string, DeviceTensor>): OnnxBinding {
    return {
      run: (passInputs, passOutputs) =>
        this.#run(new Map([...inputs, ...passInputs]), new Map([...outputs, ...passOutputs])),
      free: () => undefined,
    };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  async #run(inputs: Tensors, outputs: Tensors): Promise<void> {
    if (this.#takesOutputs) {
      // Given tensors to write to, the engine writes there: past and present may be the same memory.
      await this.#session.run(toRecord(inputs), toRecord(outputs));
      return;
    }
    const results = await this.#session.run(toRecord(inputs), [...outputs.keys()]);
    for (const [name, tensor] of outputs) {
      const result = results[name] as Tensor;
      if ('data' in tensor) copyBytes(result.data as Float32Array, tensor.data as Float32Array);
      else (tensor as ScriptTensor).tensor = result;
    }
  }
}

interface ResizableBuffer extends ArrayBuffer {
  readonly resizable: true;
  resize(byteLength: number): void;
}

/** A buffer whose memory can be given back at once; the types of ES2023 do not know of it. */
function makeBuffer(byteLength: number): ArrayBuffer {
  const Resizable = ArrayBuffer as unknown as new (
    byteLength: number,
    options: { maxByteLength: number },
  ) => ArrayBuffer;
  return new Resizable(byteLength, { maxByteLength: byteLength });
}

function isResizable(buffer: ArrayBufferLike): buffer is ResizableBuffer {
  return (buffer as Partial<ResizableBuffer>).resizable === true;
}

function describe(values: readonly InferenceSession.ValueMetadata[]): TensorDescription[] {
  return values.map((value) =>
    value.isTensor
      ? { name: value.name, type: value.type as ElementType, shape: value.shape }
      : { name: value.name, type: undefined, shape: [] },
  );
}

function toRecord(tensors: Tensors): Record<string, Tensor> {
  const record: Record<string, Tensor> = {};
  for (const [name, tensor] of tensors) {
    record[name] = 'data' in tensor ? scriptTensor(tensor) : (tensor as ScriptTensor).tensor;
  }
  return record;
}

function scriptTensor({ type, shape, data }: HostTensor): Tensor {
  return new Tensor(type, data.subarray(0, elementCount(shape)) as never, shape);
}

function bytesOf(tensor: DeviceTensor): Uint8Array {
  return viewBytes((tensor as ScriptTensor).tensor.data as Float32Array);
}

function viewBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Not by elements: of float16 the engine gives numbers where JavaScript has such an array, and takes bits elsewhere. */
function copyBytes(from: ArrayBufferView, to: ArrayBufferView): void {
  viewBytes(to).set(viewBytes(from));
}
