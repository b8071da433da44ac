import { parentPort } from 'node:worker_threads';
import { InferenceSession, listSupportedBackends } from 'onnxruntime-node';
import type { OnnxBinding } from './onnx-session.js';
import { ScriptSession } from './script-session.js';
import { configEntries, type SessionOptions } from './session-options.js';
import type { OpenedSession, StockAnswer, StockRequest } from './stock-messages.js';
import {
  byteCount,
  type DeviceTensor,
  elementCount,
  type HostArray,
  hostArray,
  type HostTensor,
} from './tensor.js';

// One session of the stock JavaScript API, whose passes block: so it runs on a thread of its own.

const tensors = new Map<number, DeviceTensor>();
const bindings = new Map<number, OnnxBinding>();
let opened: ScriptSession | undefined;
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
    const arrays = Array.isArray(result) ? (result as HostArray[]) : [];
    const message: StockAnswer = { id, result };
    parentPort?.postMessage(
      message,
      arrays.map(({ buffer }) => buffer as ArrayBuffer),
    );
  } catch (error) {
    const message: StockAnswer = {
      id: id ?? -1,
      error: error instanceof Error ? error.message : JSON.stringify(error),
    };
    parentPort?.postMessage(message, []);
  }
}

async function handle(request: StockRequest): Promise<OpenedSession | HostArray[] | undefined> {
  if (request.kind === 'open') return open(request.path, request.options);
  const session = opened as ScriptSession;
  switch (request.kind) {
    case 'allocate':
      tensors.set(request.tensor, session.allocate(request.type, request.shape));
      return undefined;
    case 'free':
      session.free(tensorAt(request.tensor));
      tensors.delete(request.tensor);
      return undefined;
    case 'copy-rows':
      session.copyRows(tensorAt(request.from), tensorAt(request.to), request.copies);
      return undefined;
    case 'bind':
      bindings.set(request.binding, session.bind(named(request.inputs), named(request.outputs)));
      return undefined;
    case 'free-binding':
      bindings.delete(request.binding);
      return undefined;
    case 'run':
      return run(request);
    case 'close':
      await session.close();
      return undefined;
  }
}

async function open(path: string, options: SessionOptions): Promise<OpenedSession> {
  const { provider } = options;
  if (provider !== undefined) checkBackend(provider.name);
  const session = await InferenceSession.create(path, {
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    executionProviders:
      provider === undefined ? ['cpu'] : [{ ...provider.options, name: provider.name.toLowerCase() }],
    extra: nested(configEntries),
  });
  opened = new ScriptSession(session, '', true);
  return { inputs: opened.inputs, outputs: opened.outputs };
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

async function run({
  binding,
  inputs,
  boundInputs,
  wanted,
  boundOutputs,
}: StockRequest & { kind: 'run' }): Promise<HostArray[]> {
  const results = wanted.map(({ name, type, shape }): [string, HostTensor] => {
    const data = hostArray(type, new ArrayBuffer(byteCount(type, shape)), 0, elementCount(shape));
    return [name, { type, shape, data }];
  });
  const feeds = inputs.map(({ name, ...tensor }): [string, HostTensor] => [name, tensor]);
  await bindings
    .get(binding)
    ?.run(
      new Map<string, HostTensor | DeviceTensor>([...feeds, ...named(boundInputs)]),
      new Map<string, HostTensor | DeviceTensor>([...results, ...named(boundOutputs)]),
    );
  return results.map(([, { data }]) => data);
}

function named(pairs: readonly (readonly [string, number])[]): Map<string, DeviceTensor> {
  return new Map(pairs.map(([name, number]) => [name, tensorAt(number)]));
}

function tensorAt(number: number): DeviceTensor {
  return tensors.get(number) as DeviceTensor;
}
