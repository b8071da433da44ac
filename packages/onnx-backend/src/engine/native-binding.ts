import type { OnnxBinding } from './onnx-session.js';
import type { OrtLibrary } from './ort-library.js';
import type { Pointer } from './ort-functions.js';
import { hostValue, type NativeSlice, type NativeTensor, tensorValue } from './native-tensor.js';
import type { DeviceTensor, HostTensor } from './tensor.js';

/** What a binding needs of its session. */
export interface BindingSession {
  readonly library: OrtLibrary;
  readonly session: Pointer;
  readonly runOptions: Pointer;
  /** Memory info of this process's memory. */
  readonly cpuMemory: Pointer;
  /** Likewise of the memory that `NativeTensor`s lie in. */
  readonly deviceMemory: Pointer;
  /**
   * True where binding an input copies it to the provider's memory: then what a pass has changed must be bound
   * anew before the next.
   */
  readonly copiesInputs: boolean;
}

type Tensors = ReadonlyMap<string, HostTensor | DeviceTensor>;

/** An `OrtIoBinding`: the tensors that stay are bound once, the others for every pass. */
export class NativeBinding implements OnnxBinding {
  readonly #parts: BindingSession;
  readonly #binding: Pointer;
  readonly #inputs: ReadonlyMap<string, NativeTensor>;

  constructor(
    parts: BindingSession,
    inputs: ReadonlyMap<string, DeviceTensor>,
    outputs: ReadonlyMap<string, DeviceTensor>,
  ) {
    this.#parts = parts;
    this.#inputs = inputs as ReadonlyMap<string, NativeTensor>;
    const { library } = parts;
    this.#binding = library.createBinding(parts.session);
    for (const [name, { value }] of this.#inputs) library.bindInput(this.#binding, name, value);
    for (const [name, tensor] of outputs) {
      library.bindOutput(this.#binding, name, (tensor as NativeTensor).value);
    }
  }

  async run(inputs: Tensors, outputs: Tensors): Promise<void> {
    const { library, session, runOptions } = this.#parts;
    const values = this.#bind(inputs, outputs);
    try {
      await library.run(session, runOptions, this.#binding);
      library.synchronizeOutputs(this.#binding);
    } finally {
      for (const value of values) library.releaseTensor(value);
    }
  }

  /** A pass on this thread. */
  runNow(inputs: Tensors, outputs: Tensors): void {
    const { library, session, runOptions } = this.#parts;
    const values = this.#bind(inputs, outputs);
    try {
      library.runNow(session, runOptions, this.#binding);
      library.synchronizeOutputs(this.#binding);
    } finally {
      for (const value of values) library.releaseTensor(value);
    }
  }

  free(): void {
    this.#parts.library.releaseBinding(this.#binding);
  }

  /** Binds the tensors of a pass; the values that were made for it, to be released after it. */
  #bind(inputs: Tensors, outputs: Tensors): Pointer[] {
    const { library, cpuMemory, deviceMemory, copiesInputs } = this.#parts;
    const values: Pointer[] = [];
    const valueOf = (tensor: HostTensor | DeviceTensor): Pointer => {
      if ('value' in tensor) return (tensor as NativeTensor).value;
      const value =
        'data' in tensor
          ? hostValue(library, cpuMemory, tensor)
          : tensorValue(library, deviceMemory, (tensor as NativeSlice).memory, tensor.type, tensor.shape);
      values.push(value);
      return value;
    };
    try {
      if (copiesInputs) {
        for (const [name, { value }] of this.#inputs) library.bindInput(this.#binding, name, value);
      }
      for (const [name, tensor] of inputs) library.bindInput(this.#binding, name, valueOf(tensor));
      for (const [name, tensor] of outputs) library.bindOutput(this.#binding, name, valueOf(tensor));
      return values;
    } catch (error) {
      for (const value of values) library.releaseTensor(value);
      throw error;
    }
  }
}
