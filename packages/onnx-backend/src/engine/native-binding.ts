import type { OnnxBinding } from './onnx-session.js';
import type { OrtLibrary } from './ort-library.js';
import type { Pointer } from './ort-functions.js';
import { hostValue, type NativeTensor } from './native-tensor.js';
import type { DeviceTensor, HostTensor } from './tensor.js';

/** What a binding needs of its session. */
export interface BindingSession {
  readonly library: OrtLibrary;
  readonly session: Pointer;
  readonly runOptions: Pointer;
  readonly cpuMemory: Pointer;
  /**
   * True where binding an input copies it to the provider's memory: then what a pass has changed must be bound
   * anew before the next.
   */
  readonly copiesInputs: boolean;
}

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

  async run(
    inputs: ReadonlyMap<string, HostTensor>,
    outputs: ReadonlyMap<string, HostTensor | DeviceTensor>,
  ): Promise<void> {
    const { library, session, runOptions, copiesInputs } = this.#parts;
    const values: Pointer[] = [];
    const valueOf = (tensor: HostTensor | DeviceTensor): Pointer => {
      if ('value' in tensor) return (tensor as NativeTensor).value;
      const value = hostValue(library, this.#parts.cpuMemory, tensor as HostTensor);
      values.push(value);
      return value;
    };
    try {
      if (copiesInputs) {
        for (const [name, { value }] of this.#inputs) library.bindInput(this.#binding, name, value);
      }
      for (const [name, tensor] of inputs) library.bindInput(this.#binding, name, valueOf(tensor));
      for (const [name, tensor] of outputs) library.bindOutput(this.#binding, name, valueOf(tensor));
      await library.run(session, runOptions, this.#binding);
      library.synchronizeOutputs(this.#binding);
    } finally {
      // The binding holds references of its own.
      for (const value of values) library.releaseTensor(value);
    }
  }

  free(): void {
    this.#parts.library.releaseBinding(this.#binding);
  }
}
