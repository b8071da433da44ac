import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { CacheWriteError, EngineError, InvalidArgumentError } from '@foretoken/core';
import { type GgufFile, readGguf, tensorTypeByName, validateForLlama } from '@foretoken/models';
import { assertRoom, temporaryPath } from '@foretoken/models/cache';
import { nativeLibrary } from './native-library.js';

/** Formats that a model can be quantised to, with llama.cpp's file type numbers. */
export const quantizationFormats = {
  F16: 1,
  BF16: 32,
  Q4_0: 2,
  Q4_1: 3,
  Q4_K_M: 15,
  Q5_0: 8,
  Q5_1: 9,
  Q5_K_M: 17,
  Q6_K: 18,
  Q8_0: 7,
} as const;

/** @throws InvalidArgumentError for a name that is none of `quantizationFormats`. */
export function assertQuantizationFormat(format: string): asserts format is QuantizationFormat {
  if (!Object.hasOwn(quantizationFormats, format)) {
    throw new InvalidArgumentError(
      `The format must be one of ${Object.keys(quantizationFormats).join(', ')}, not ${format}.`,
    );
  }
}

export type QuantizationFormat = keyof typeof quantizationFormats;

/** A disk with less room than this is full: the engine's write failed for that. */
const leftOnFullDisk = 2 ** 16;

export interface QuantizeOptions {
  readonly format: QuantizationFormat;
  /** True puts every matrix into the one format; default false: the engine keeps some in finer ones. */
  readonly pure?: boolean | undefined;
  /** CPU threads; default: all. */
  readonly threads?: number | undefined;
  /** Aborting it ends the call and takes its file away; the engine, which cannot be stopped, computes on for nothing. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a GGUF model in another weight format with llama.cpp's own quantisation, off the event loop. A source
 * that is quantised itself is dequantised first, and keeps the errors it has. The output appears when it is
 * complete.
 *
 * @throws InvalidModelFileError for a source that is not a sound model, InvalidArgumentError, CacheWriteError
 *   where the output cannot be written or the disk is full, EngineError.
 */
export async function quantizeModel(source: string, output: string, options: QuantizeOptions): Promise<void> {
  const { format, pure = false, threads, signal } = options;
  assertQuantizationFormat(format);
  if (path.resolve(source) === path.resolve(output))
    throw new InvalidArgumentError(`${output} is the source itself: choose another file.`);
  const native = nativeLibrary();
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1 || threads > native.cores)) {
    throw new InvalidArgumentError(
      `threads must be a whole number from 1 to ${native.cores}, not ${threads}.`,
    );
  }
  const header = await readGguf(source);
  validateForLlama(header);
  const folder = path.dirname(path.resolve(output));
  const fewestBytes = bytesAtLeast(header, format);
  await assertRoom(folder, fewestBytes);
  const parameters = {
    ...native.quantizeDefaultParameters(),
    nthread: threads ?? native.cores,
    ftype: quantizationFormats[format],
    allow_requantize: true,
    pure,
  };
  signal?.throwIfAborted();
  const partial = temporaryPath(output);
  try {
    const status = await new Promise<number>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
      native.quantize.async(path.resolve(source), path.resolve(partial), parameters, (error, result) => {
        if (error === null || error === undefined) resolve(result);
        else reject(new EngineError('The engine call failed.', { cause: error }));
      });
    });
    if (status !== 0) {
      const written = (await stat(partial).catch(() => undefined))?.size ?? 0;
      await assertRoom(folder, Math.max(fewestBytes - written, leftOnFullDisk));
      throw new EngineError(
        `llama.cpp cannot write ${source} as ${format} to ${output}: the matrices do not divide into its blocks, or the file cannot be written.`,
      );
    }
    await rename(partial, output).catch((error: unknown) => {
      throw new CacheWriteError(`${output} cannot be written: ${String(error)}.`, { cause: error });
    });
  } finally {
    await rm(partial, { force: true });
  }
}

/** Bytes of the tensors in a format, of those that K formats mix the smallest. */
function bytesAtLeast({ tensors }: GgufFile, format: QuantizationFormat): number {
  const type = tensorTypeByName(format.replace(/_M$/, ''));
  if (type === undefined) return 0;
  let bytes = 0;
  for (const { shape, byteLength } of tensors.values()) {
    const elements = shape.reduce((product, size) => product * size, 1);
    bytes += shape.length === 1 ? byteLength : (elements / type.blockElements) * type.blockBytes;
  }
  return Math.floor(bytes);
}
