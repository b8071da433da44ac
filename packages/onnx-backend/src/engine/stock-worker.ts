import { parentPort } from 'node:worker_threads';
import { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import { type ElementType, elementBytes } from '../graph/file/element-types.js';
import { copyTensorRows } from './copy-tensor-rows.js';
import type { OpenedSession, PlainTensor, StockAnswer, StockRequest } from './stock-messages.js';
import { configEntries, type SessionOptions } from './session-options.js';
import { byteCount, elementCount, type HostArray, hostArray, type TensorDescription } from './tensor.js';

// One session of the stock JavaScript API, whose passes block: so it runs on a thread of its own.

interface Binding {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

const tensors = new Map<number, Tensor>();
const bindings = new Map<number, Binding>();
let session: InferenceSession | undefined;
/** Requests are taken in order: one may wait for the engine. */
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (request: StockRequest) => {
  last = last.then(() => answer(request));
});

async function answer(request: StockRequest): Promise<void> {
  const id = 'id' in request ? request.id : undefined;
  try {
    const result = await handle(request);
    if (id === undefined) return;
    const message: StockAnswer = { id, result };
    parentPort?.postMessage(
      message,
      Array.isArray(result) ? result.map(({ buffer }: HostArray) => buffer as ArrayBuffer) : [],
    );
  } catch (error) {
    const message: StockAnswer = {
      id: id ?? -1,
      error: error instanceof Error ? error.message : String(error),
    };
    parentPort?.postMessage(message, []);
  }
}

async function handle(request: StockRequest): Promise<OpenedSession | HostArray[] | undefined> {
  switch (request.kind) {
    case 'open':
      return open(request.path, request.options);
    case 'allocate': {
      const { type, shape } = request;
      const data = hostArray(type, new ArrayBuffer(byteCount(type, shape)), 0, elementCount(shape));
      tensors.set(request.tensor, makeTensor(type, data, shape));
      return undefined;
    }
    case 'free':
      tensors.delete(request.tensor);
      return undefined;
    case 'copy-rows': {
      const [from, to] = [tensorAt(request.from), tensorAt(request.to)];
      copyTensorRows(
        bytesOf(from),
        from.dims,
        bytesOf(to),
        to.dims,
        elementBytes(from.type as ElementType),
        request.copies,
      );
      return undefined;
    }
    case 'bind':
      bindings.set(request.binding, { inputs: named(request.inputs), outputs: named(request.outputs) });
      return undefined;
    case 'free-binding':
      bindings.delete(request.binding);
      return undefined;
    case 'run':
      return run(request);
    case 'close':
      await session?.release();
      return undefined;
  }
}

async function open(path: string, options: SessionOptions): Promise<OpenedSession> {
  const { provider } = options;
  if (provider !== undefined) checkBackend(provider.name);
  session = await InferenceSession.create(path, {
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    executionProviders:
      provider === undefined ? ['cpu'] : [{ ...provider.options, name: provider.name.toLowerCase() }],
    extra: nested(configEntries(options)),
  });
  return { inputs: describe(session.inputMetadata), outputs: describe(session.outputMetadata) };
}

/** The API falls back to the CPU without an error, so it is asked first. */
function checkBackend(name: string): void {
  const known = listSupportedBackends().map((backend) => backend.name);
  if (known.includes(name.toLowerCase())) return;
  throw new Error(`The execution provider ${name} is not one of this build: ${known.join(', ')}.`);
}

/** The API takes `a.b` as `{ a: { b } }`. */
function nested(entries: Readonly<Record<string, string>>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(entries)) {
    const parts = key.split('.');
    const leaf = parts.pop() as string;
    let at = root;
    for (const part of parts) at = (at[part] ??= {}) as Record<string, unknown>;
    at[leaf] = value;
  }
  return root;
}

function describe(values: readonly InferenceSession.ValueMetadata[]): TensorDescription[] {
  return values.map((value) =>
    value.isTensor
      ? { name: value.name, type: value.type as ElementType, shape: value.shape }
      : { name: value.name, type: undefined, shape: [] },
  );
}

async function run(request: StockRequest & { kind: 'run' }): Promise<HostArray[]> {
  const { inputs, outputs } = bindings.get(request.binding) as Binding;
  const wanted = request.wanted.map(({ type, shape }) =>
    hostArray(type, new ArrayBuffer(byteCount(type, shape)), 0, elementCount(shape)),
  );
  const feeds = { ...inputs };
  for (const { name, type, shape, data } of request.inputs) feeds[name] = makeTensor(type, data, shape);
  const fetches = { ...outputs, ...named(request.kept) };
  for (const [index, { name, type, shape }] of request.wanted.entries()) {
    fetches[name] = makeTensor(type, wanted[index] as HostArray, shape);
  }
  // Given tensors to write to, the engine writes there: past and present may be the same memory.
  await session?.run(feeds, fetches);
  return wanted;
}

function named(pairs: readonly (readonly [string, number])[]): Record<string, Tensor> {
  return Object.fromEntries(pairs.map(([name, number]) => [name, tensorAt(number)]));
}

function tensorAt(number: number): Tensor {
  return tensors.get(number) as Tensor;
}

function makeTensor(type: ElementType, data: PlainTensor['data'], shape: readonly number[]): Tensor {
  return new Tensor(type, data as never, shape);
}

function bytesOf(tensor: Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = tensor.data as Float32Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
