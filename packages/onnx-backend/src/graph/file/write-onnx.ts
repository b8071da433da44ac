import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError } from '@foretoken/core';
import { asCacheWriteError, temporaryPath } from '@foretoken/models/cache';
import { encodeModel, type ExternalPlace, type ModelPart, partBytes } from './encode-onnx.js';
import type { OnnxModel, OnnxTensor } from './onnx-model.js';
import { tensorBytes } from './tensor-bytes.js';

/** Above this a model's weights go to a file of their own: protobuf messages end at 2 GiB. */
const mostInsideBytes = 2 ** 30;
/** Places that every system can map into memory: Windows wants 64 KiB. */
const placeAlignment = 65_536;
/** Tensors below this stay inside, so that the engine can look at them while it optimises. */
const leastOutsideBytes = 65_536;

export interface WriteOnnxOptions {
  /** Weights of more bytes than this in all go to `<model>.data`; default 1 GiB. */
  readonly externalAbove?: number | undefined;
  readonly onProgress?: ((fraction: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes an ONNX model, tensor by tensor, large tables in portions: to temporary files beside it, which take their places when they are
 * complete and on the disk, the model last. A model of more than `externalAbove` bytes has its large tensors in
 * one file `<model>.data` beside it, each at a multiple of 64 KiB.
 *
 * @returns the paths written, the model first.
 * @throws CacheWriteError where the folder cannot be written.
 */
export async function writeOnnx(
  target: string,
  model: OnnxModel,
  options: WriteOnnxOptions = {},
): Promise<readonly string[]> {
  const dataTarget = `${target}.data`;
  const outside = outsideTensors(model, options.externalAbove ?? mostInsideBytes);
  const places = placeTensors(outside, path.basename(dataTarget));
  const parts = encodeModel(model, places);
  const total = parts.reduce((sum, part) => sum + partBytes(part), 0) + sumBytes(outside);
  const temporary = { model: temporaryPath(target), data: temporaryPath(dataTarget) };
  let done = 0;
  const report = (bytes: number): void => {
    options.signal?.throwIfAborted();
    done += bytes;
    options.onProgress?.(done / total);
  };
  try {
    if (outside.length > 0) {
      await writeFileDurably(temporary.data, (file) => writeTensors(file, outside, places, report));
    }
    await writeFileDurably(temporary.model, (file) => writeParts(file, parts, report));
    if (outside.length > 0) await rename(temporary.data, dataTarget);
    await rename(temporary.model, target);
  } catch (error) {
    await Promise.all(Object.values(temporary).map((file) => rm(file, { force: true }).catch(() => {})));
    throw asCacheWriteError(error, target, total);
  }
  return outside.length > 0 ? [target, dataTarget] : [target];
}

function outsideTensors({ graph }: OnnxModel, externalAbove: number): readonly OnnxTensor[] {
  if (sumBytes(graph.initializers) <= externalAbove) return [];
  return graph.initializers.filter((tensor) => tensorBytes(tensor) >= leastOutsideBytes);
}

function sumBytes(tensors: readonly OnnxTensor[]): number {
  return tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
}

function placeTensors(tensors: readonly OnnxTensor[], file: string): Map<string, ExternalPlace> {
  const places = new Map<string, ExternalPlace>();
  let offset = 0;
  for (const tensor of tensors) {
    places.set(tensor.name, { file, offset });
    offset = Math.ceil((offset + tensorBytes(tensor)) / placeAlignment) * placeAlignment;
  }
  return places;
}

async function writeTensors(
  file: FileHandle,
  tensors: readonly OnnxTensor[],
  places: ReadonlyMap<string, ExternalPlace>,
  report: (bytes: number) => void,
): Promise<void> {
  for (const tensor of tensors) {
    let position = (places.get(tensor.name) as ExternalPlace).offset;
    for await (const data of checkedPortions(tensor)) {
      await writeFully(file, data, position);
      position += data.length;
      report(data.length);
    }
  }
}

async function writeParts(
  file: FileHandle,
  parts: readonly ModelPart[],
  report: (bytes: number) => void,
): Promise<void> {
  let position = 0;
  for (const part of parts) {
    for await (const data of part instanceof Uint8Array ? [part] : checkedPortions(part)) {
      await writeFully(file, data, position);
      position += data.length;
      report(data.length);
    }
  }
}

async function* checkedPortions(tensor: OnnxTensor): AsyncGenerator<Uint8Array, void, undefined> {
  const data = await tensor.data();
  let length = 0;
  for await (const portion of data instanceof Uint8Array ? [data] : data) {
    length += portion.length;
    yield portion;
  }
  if (length !== tensorBytes(tensor)) {
    throw new InvalidArgumentError(
      `${tensor.name} has ${length} bytes; its shape and type need ${tensorBytes(tensor)}.`,
    );
  }
}

async function writeFully(file: FileHandle, data: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < data.length) {
    const { bytesWritten } = await file.write(data, done, data.length - done, position + done);
    done += bytesWritten;
  }
}

async function writeFileDurably(target: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(target, 'w');
  try {
    await write(file);
    await file.sync();
  } finally {
    await file.close();
  }
}
