import { availableParallelism } from 'node:os';
import { InvalidArgumentError } from '@foretoken/core';
import { type KvType, kvTypes, type LlamacppOptions } from './llamacpp-options.js';
import { assertQuantizationFormat } from './quantize-model.js';
import { mostThreads } from './thread-pools.js';

/** `LLAMA_MAX_SEQ`. */
const engineSequences = 256;
/** Leaves of all trees that wait: each takes a sequence of the engine's. */
export const mostLeaves = 16;
const defaultSequences = 4;
const mostLayers = 100_000;

/** Options with their defaults; the context's length follows from the model. */
export interface CheckedOptions extends LlamacppOptions {
  readonly maximumSequences: number;
  readonly gpuLayers: number;
  readonly kvType: KvType;
}

/** @throws InvalidArgumentError naming the option. */
export function checkOptions(options: LlamacppOptions): CheckedOptions {
  const { maximumSequences = defaultSequences, gpuLayers = 0, kvType = 'f16' } = options;
  if (options.threads !== undefined) {
    checkWhole('threads', options.threads, 1, Math.min(availableParallelism(), mostThreads));
  }
  checkWhole('maximumSequences', maximumSequences, 1, engineSequences - mostLeaves);
  if (gpuLayers !== Number.POSITIVE_INFINITY) checkWhole('gpuLayers', gpuLayers, 0, mostLayers);
  if (!Object.hasOwn(kvTypes, kvType)) {
    throw new InvalidArgumentError(
      `kvType must be one of ${Object.keys(kvTypes).join(', ')}, not ${kvType as string}.`,
    );
  }
  if (options.weightFormat !== undefined) assertQuantizationFormat(options.weightFormat);
  return { ...options, maximumSequences, gpuLayers, kvType };
}

/** @throws InvalidArgumentError */
export function checkWhole(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new InvalidArgumentError(
      `${name} must be a whole number from ${least} to ${most}, not ${String(value)}.`,
    );
  }
}
