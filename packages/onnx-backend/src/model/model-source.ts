import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { InvalidModelFileError } from '@foretoken/core';
import type { GraphWeightFormat } from '../graph/graph-options.js';

/** What a path names. */
export type ModelSource =
  /** A GGUF file or a folder with safetensors, for which a graph is generated. */
  | { readonly kind: 'weights' }
  /** A graph; `folder` holds what is known about it. */
  | { readonly kind: 'graph'; readonly file: string; readonly folder: string };

/** Names of exports for transformers.js, the most exact first. */
const exportNames: readonly (readonly [name: string, format: GraphWeightFormat])[] = [
  ['model.onnx', 'float32'],
  ['model_fp16.onnx', 'float16'],
  ['model_quantized.onnx', 'int8'],
  ['model_int8.onnx', 'int8'],
  ['model_q4.onnx', 'int4'],
  ['model_q4f16.onnx', 'int4'],
];

/**
 * @param weightFormat which of a folder's exports; undefined: the most exact that is there.
 * @throws InvalidModelFileError where nothing can be loaded.
 */
export async function modelSource(
  source: string,
  weightFormat: GraphWeightFormat | undefined,
): Promise<ModelSource> {
  const status = await stat(source).catch((error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'ENOENT' ? 'there is no such file or folder' : `it cannot be read (${error.code})`;
    throw new InvalidModelFileError(`${source}: ${reason}.`, { cause: error });
  });
  if (!status.isDirectory()) {
    if (!/\.onnx$/i.test(source)) return { kind: 'weights' };
    const folder = path.dirname(source);
    // An export lies in onnx/, its configuration above.
    return {
      kind: 'graph',
      file: source,
      folder: path.basename(folder) === 'onnx' ? path.dirname(folder) : folder,
    };
  }
  const names = await readdir(source);
  if (names.some((name) => name.endsWith('.safetensors'))) return { kind: 'weights' };
  const exports = new Set(await readdir(path.join(source, 'onnx')).catch((): string[] => []));
  const found = exportNames.find(
    ([name, format]) => exports.has(name) && (weightFormat === undefined || weightFormat === format),
  );
  if (found !== undefined) {
    return { kind: 'graph', file: path.join(source, 'onnx', found[0]), folder: source };
  }
  const wanted = exportNames
    .filter(([, format]) => weightFormat === undefined || weightFormat === format)
    .map(([name]) => `onnx/${name}`);
  throw new InvalidModelFileError(
    `${source} holds neither safetensors nor any of ${wanted.join(', ')}: name a GGUF file, an ONNX file or a folder with one of these.`,
  );
}
