import { fractionalPowerTable } from './exponential.js';
import { largestLogit } from './largest-logit.js';
import { softmaxKernelCode } from './softmax-kernel-code.js';
import { inverseTemperature, tokensPerSum } from './softmax-parts.js';

/** Softmax of rows up to a length, in WebAssembly. */
export interface SoftmaxKernel {
  /** Most logits of a row. */
  readonly capacity: number;
  /**
   * Probabilities of all tokens at a temperature. O(vocabulary); allocates nothing that grows with it.
   *
   * @param logits [at most `capacity`], not changed.
   * @param temperature > 0.
   * @param probabilities [as many as there are logits or more], written to.
   * @throws NonFiniteLogitsError for NaN, +Infinity, or where every logit is -Infinity.
   */
  readonly run: (logits: Float32Array, temperature: number, probabilities: Float64Array) => void;
}

/** What softmax-kernel.wat exports. */
interface KernelExports {
  largest(from: number, end: number): number;
  weigh(from: number, end: number, to: number, largest: number, scale: number): number;
  scale(from: number, end: number, factor: number): void;
}

/** What is used here of WebAssembly, which the language's own library types leave out. */
interface WebAssemblyInterface {
  validate(code: Uint8Array): boolean;
  Module: new (code: Uint8Array) => object;
  Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  Instance: new (module: object, imports: object) => { readonly exports: object };
}

const pageBytes = 65_536;
/** Rows are padded to a multiple of this; the kernel's longest step. */
const tokensPerStep = 8;
const logitBytes = Float32Array.BYTES_PER_ELEMENT;
const weightBytes = Float64Array.BYTES_PER_ELEMENT;

/**
 * The kernel with a memory for one row, which is copied in and out, so nobody else ever holds a view of it.
 * The memory never grows, and is freed with the kernel.
 *
 * @returns undefined where the engine has no WebAssembly with SIMD, may not compile, or has no memory left.
 */
export function createSoftmaxKernel(capacity: number): SoftmaxKernel | undefined {
  const { WebAssembly } = globalThis as { readonly WebAssembly?: WebAssemblyInterface };
  if (WebAssembly === undefined || !isLittleEndian()) return undefined;
  const code = Uint8Array.from({ length: softmaxKernelCode.length / 2 }, (_, at) =>
    Number.parseInt(softmaxKernelCode.slice(2 * at, 2 * at + 2), 16),
  );
  if (!WebAssembly.validate(code)) return undefined;

  const table = fractionalPowerTable();
  const paddedCapacity = padded(capacity);
  const logitsAt = table.byteLength;
  const weightsAt = logitsAt + paddedCapacity * logitBytes;
  const pages = Math.ceil((weightsAt + paddedCapacity * weightBytes) / pageBytes);
  let buffer: ArrayBuffer;
  let kernel: KernelExports;
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { row: { memory } });
    buffer = memory.buffer;
    kernel = instance.exports as KernelExports;
  } catch {
    // A page's security policy may forbid compiling, and memory may run out: JavaScript does it all the same.
    return undefined;
  }
  new Float64Array(buffer, 0, table.length).set(table);
  const rowLogits = new Float32Array(buffer, logitsAt, paddedCapacity);
  const rowWeights = new Float64Array(buffer, weightsAt, paddedCapacity);

  const run = (logits: Float32Array, temperature: number, probabilities: Float64Array): void => {
    const count = logits.length;
    const paddedCount = padded(count);
    rowLogits.set(logits);
    rowLogits.fill(Number.NEGATIVE_INFINITY, count, paddedCount);
    const largest = kernel.largest(logitsAt, logitsAt + paddedCount * logitBytes);
    const scale = inverseTemperature(temperature);
    let sum = 0;
    for (let from = 0; from < paddedCount; from += tokensPerSum) {
      const end = Math.min(from + tokensPerSum, paddedCount);
      sum += kernel.weigh(
        logitsAt + from * logitBytes,
        logitsAt + end * logitBytes,
        weightsAt + from * weightBytes,
        largest,
        scale,
      );
    }
    // Every row that is refused ends in a sum that is NaN; the scan then finds the token and throws.
    if (Number.isNaN(sum)) largestLogit(logits);
    kernel.scale(weightsAt, weightsAt + paddedCount * weightBytes, 1 / sum);
    probabilities.set(count === rowWeights.length ? rowWeights : rowWeights.subarray(0, count));
  };
  return { capacity: paddedCapacity, run };
}

function padded(count: number): number {
  return Math.ceil(count / tokensPerStep) * tokensPerStep;
}

/** WebAssembly's memory is little-endian everywhere; typed arrays over it are as the machine is. */
function isLittleEndian(): boolean {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
}
