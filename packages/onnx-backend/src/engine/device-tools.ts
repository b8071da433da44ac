import { encodeModel } from '../graph/file/encode-onnx.js';
import { type ElementType } from '../graph/file/element-types.js';
import { GraphBuilder, int } from '../graph/file/graph-builder.js';
import type { OnnxValue } from '../graph/file/onnx-model.js';
import { createSession } from './create-session.js';
import { type BindingSession, NativeBinding } from './native-binding.js';
import type { NativeTensor } from './native-tensor.js';
import type { Pointer } from './ort-functions.js';
import type { SessionOptions } from './session-options.js';
import type { DeviceTensor, HostTensor } from './tensor.js';

type Tensors = ReadonlyMap<string, HostTensor | DeviceTensor>;

const value = (name: string, elementType: ElementType, shape: readonly string[]): OnnxValue => ({
  name,
  elementType,
  shape,
});

const logits = value('logits', 'float32', ['rows', 'tokens']);
const row = value('row', 'int64', ['one']);

/** Small graphs that move and look at tensors where they lie, so that little of them crosses to this process. */
const graphs = {
  copyFloat32: (): Uint8Array => copyGraph('float32'),
  copyFloat16: (): Uint8Array => copyGraph('float16'),
  readRow: (): Uint8Array =>
    graph([logits, row], [value('result', 'float32', ['one', 'tokens'])], (builder) => {
      builder.node('Gather', 'result', ['logits', 'row'], { axis: int(0) });
    }),
  gather: (): Uint8Array =>
    graph(
      [logits, row, value('wanted', 'int64', ['count'])],
      [value('result', 'float32', ['one', 'count'])],
      (builder) => {
        const found = builder.node('Gather', 'found', ['logits', 'row'], { axis: int(0) });
        builder.node('Gather', 'result', [found, 'wanted'], { axis: int(1) });
      },
    ),
  topK: (): Uint8Array =>
    graph(
      [logits, row, value('count', 'int64', ['one'])],
      [value('largest', 'float32', ['one', 'count']), value('places', 'int64', ['one', 'count'])],
      (builder) => {
        const found = builder.node('Gather', 'found', ['logits', 'row'], { axis: int(0) });
        builder.nodes('TopK', ['largest', 'places'], [found, 'count']);
      },
    ),
  logSumExp: (): Uint8Array =>
    graph([logits, row], [value('result', 'float32', ['one', 'one'])], (builder) => {
      const found = builder.node('Gather', 'found', ['logits', 'row'], { axis: int(0) });
      builder.node('ReduceLogSumExp', 'result', [found, builder.integers('axis', [1])]);
    }),
};

export type DeviceTool = keyof typeof graphs;

/** Sessions of these graphs on one device. Their passes run at once, on this thread. */
export class DeviceTools {
  readonly #sessions: ReadonlyMap<DeviceTool, Pointer>;
  readonly #parts: Omit<BindingSession, 'session'>;

  private constructor(sessions: ReadonlyMap<DeviceTool, Pointer>, parts: Omit<BindingSession, 'session'>) {
    this.#sessions = sessions;
    this.#parts = parts;
  }

  /** @param parts of the session whose tensors they work on. */
  static async open(parts: Omit<BindingSession, 'session'>, options: SessionOptions): Promise<DeviceTools> {
    const sessions = new Map<DeviceTool, Pointer>();
    for (const [name, make] of Object.entries(graphs)) {
      sessions.set(
        name as DeviceTool,
        await createSession(parts.library, make(), { ...options, threads: 1 }),
      );
    }
    return new DeviceTools(sessions, parts);
  }

  run(tool: DeviceTool, inputs: Tensors, outputs: Tensors): void {
    const session = this.#sessions.get(tool) as Pointer;
    const binding = new NativeBinding({ ...this.#parts, session }, new Map(), new Map());
    try {
      binding.runNow(inputs, outputs);
    } finally {
      binding.free();
    }
  }

  /** Copies the whole of a cache tensor. */
  copy(from: NativeTensor, to: NativeTensor): void {
    const tool = from.type === 'float16' ? 'copyFloat16' : 'copyFloat32';
    this.run(tool, new Map([['from', from]]), new Map([['to', to]]));
  }

  close(): void {
    for (const session of this.#sessions.values()) this.#parts.library.releaseSession(session);
  }
}

function copyGraph(type: 'float32' | 'float16'): Uint8Array {
  const shape = ['one', 'heads', 'slots', 'width'];
  return graph([value('from', type, shape)], [value('to', type, shape)], (builder) => {
    builder.node('Identity', 'to', ['from']);
  });
}

function graph(
  inputs: readonly OnnxValue[],
  outputs: readonly OnnxValue[],
  build: (builder: GraphBuilder) => void,
): Uint8Array {
  const builder = new GraphBuilder();
  build(builder);
  const model = {
    graph: builder.finish('foretoken', { inputs, outputs }),
    operatorSets: new Map([['', 18]]),
    producer: { name: 'foretoken', version: '1' },
    metadata: new Map<string, string>(),
  };
  const parts = encodeModel(model, new Map()).map((part) =>
    part instanceof Uint8Array ? part : (part.data() as Uint8Array),
  );
  return Buffer.concat(parts);
}
