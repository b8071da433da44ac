import { Worker } from 'node:worker_threads';
import { EngineError } from '@foretoken/core';
import type { ElementType } from '../graph/file/element-types.js';
import { loadError } from './load-error.js';
import type { OnnxBinding, OnnxSession, RowCopy } from './onnx-session.js';
import type { SessionOptions } from './session-options.js';
import type { OpenedSession, StockAnswer, StockRequest } from './stock-messages.js';
import {
  type DeviceTensor,
  elementCount,
  type HostArray,
  type HostTensor,
  type TensorDescription,
} from './tensor.js';

/** A tensor in the worker's memory. */
interface StockTensor extends DeviceTensor {
  readonly number: number;
}

type Tensors = ReadonlyMap<string, HostTensor | DeviceTensor>;

/** Loads a graph through the stock JavaScript API. @throws EngineError, InvalidModelFileError, UnsupportedError. */
export async function openStockSession(path: string, options: SessionOptions): Promise<OnnxSession> {
  // Koffi may be what this machine lacks.
  const allocator = await import('./system-allocator.js').catch(() => undefined);
  allocator?.limitAllocator();
  const worker = new StockWorker();
  try {
    const opened = await worker.ask({ kind: 'open', path, options }).catch((error: unknown) => {
      throw loadError(path, error);
    });
    await allocator?.returnFreeMemory();
    return new StockSession(worker, opened as OpenedSession);
  } catch (error) {
    await worker.stop();
    throw error;
  }
}

class StockSession implements OnnxSession {
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  readonly engine = 'ONNX Runtime 1.30.0 (JavaScript API)';
  readonly deviceRows = undefined;
  readonly copiesCaches = true;
  readonly #worker: StockWorker;
  #numbers = 0;

  constructor(worker: StockWorker, { inputs, outputs }: OpenedSession) {
    this.#worker = worker;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  allocate(type: ElementType, shape: readonly number[]): DeviceTensor {
    const tensor: StockTensor = { type, shape, number: this.#numbers++ };
    this.#worker.tell({ kind: 'allocate', tensor: tensor.number, type, shape });
    return tensor;
  }

  free(tensor: DeviceTensor): void {
    this.#worker.tell({ kind: 'free', tensor: numberOf(tensor) });
  }

  copyRows(from: DeviceTensor, to: DeviceTensor, copies: readonly RowCopy[]): void {
    this.#worker.tell({ kind: 'copy-rows', from: numberOf(from), to: numberOf(to), copies });
  }

  bind(inputs: ReadonlyMap<string, DeviceTensor>, outputs: ReadonlyMap<string, DeviceTensor>): OnnxBinding {
    const worker = this.#worker;
    const binding = this.#numbers++;
    worker.tell({ kind: 'bind', binding, inputs: numbered(inputs), outputs: numbered(outputs) });
    return {
      run: (feeds, results) => run(worker, binding, feeds, results),
      free: () => worker.tell({ kind: 'free-binding', binding }),
    };
  }

  async close(): Promise<void> {
    try {
      await this.#worker.ask({ kind: 'close' });
    } finally {
      // After a failure too: a thread that stays keeps the process alive.
      await this.#worker.stop();
    }
  }
}

async function run(worker: StockWorker, binding: number, feeds: Tensors, results: Tensors): Promise<void> {
  const [sent, boundInputs] = split(feeds);
  const [targets, boundOutputs] = split(results);
  // Copies of their own: a message takes the whole buffer of an array along.
  const inputs = sent.map(([name, { type, shape, data }]) => ({
    name,
    type,
    shape,
    data: data.slice(0, elementCount(shape)),
  }));
  const arrays = (await worker.ask(
    {
      kind: 'run',
      binding,
      inputs,
      boundInputs: numbered(boundInputs),
      wanted: targets.map(([name, { type, shape }]) => ({ name, type, shape })),
      boundOutputs: numbered(boundOutputs),
    },
    inputs.map(({ data }) => data.buffer as ArrayBuffer),
  )) as readonly HostArray[];
  for (const [index, [, target]] of targets.entries()) {
    (target.data as Float32Array).set(arrays[index] as Float32Array);
  }
}

/** Tensors in this thread's memory, and those in the worker's. */
function split(tensors: Tensors): [[string, HostTensor][], Map<string, DeviceTensor>] {
  const here: [string, HostTensor][] = [];
  const there = new Map<string, DeviceTensor>();
  for (const [name, tensor] of tensors) {
    if ('data' in tensor) here.push([name, tensor]);
    else there.set(name, tensor);
  }
  return [here, there];
}

function numbered(tensors: ReadonlyMap<string, DeviceTensor>): [string, number][] {
  return [...tensors].map(([name, tensor]) => [name, numberOf(tensor)]);
}

function numberOf(tensor: DeviceTensor): number {
  return (tensor as StockTensor).number;
}

type Asked<Request = StockRequest> = Request extends { readonly id: number } ? Omit<Request, 'id'> : never;
type Told<Request = StockRequest> = Request extends { readonly id: number } ? never : Request;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The thread that runs the API, and what it has been asked. */
class StockWorker {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #failure: EngineError | undefined;

  constructor() {
    // The flags of this process are not the worker's: one about its own input would stop it.
    this.#worker = new Worker(new URL('./stock-worker.js', import.meta.url), { execArgv: [] });
    this.#worker.on('message', (answer: StockAnswer) => this.#receive(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(`it ended with code ${code}`));
    // It keeps the process alive only while something is awaited.
    this.#worker.unref();
  }

  tell(request: Told): void {
    this.#worker.postMessage(request, []);
  }

  ask(request: Asked, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const id = this.#asked++;
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...request, id }, transfer);
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(answer: StockAnswer): void {
    if (answer.id < 0) {
      this.#fail('error' in answer ? answer.error : 'it gave no reason');
      return;
    }
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('error' in answer) waiting?.reject(new EngineError(`ONNX Runtime: ${answer.error}`));
    else waiting?.resolve(answer.result);
  }

  /** Nothing more can be asked. */
  #fail(cause: unknown): void {
    const message = cause instanceof Error ? cause.message : String(cause);
    this.#failure ??= new EngineError(`The thread of ONNX Runtime's JavaScript API failed: ${message}`, {
      cause,
    });
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}
