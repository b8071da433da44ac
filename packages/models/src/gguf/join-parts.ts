import { InvalidModelFileError, modelFileParts } from '@foretoken/core';
import type { GgufFile, GgufTensor } from './gguf-file.js';

const countKey = 'split.count';
const numberKey = 'split.no';
const tensorsKey = 'split.tensors.count';

/** What a file says of how a model was split; a model in one file has none of it. */
export const splitKeys: readonly string[] = [countKey, numberKey, tensorsKey];

/** Files of the model that the file belongs to. */
export function splitCount({ metadata }: GgufFile): number {
  return Number(metadata.get(countKey) ?? 1);
}

/**
 * The model of a first part, with the tensors of all parts, as llama-gguf-split makes them.
 *
 * @throws InvalidModelFileError where the file is not the first part or not named like one, and where a part is missing,
 *   belongs elsewhere, or the parts do not have the tensors that the first one counts.
 */
export async function joinParts(
  first: GgufFile,
  read: (path: string) => Promise<GgufFile>,
): Promise<GgufFile> {
  const count = splitCount(first);
  const paths = modelFileParts(first.path);
  if (first.metadata.get(numberKey) !== 0 || paths.length !== count) {
    throw new InvalidModelFileError(
      `${first.path} is one of ${count} parts of a split model: name the first, ...-00001-of-${String(count).padStart(5, '0')}.gguf, and keep the others beside it under such names.`,
    );
  }
  const tensors = new Map<string, GgufTensor>(first.tensors);
  let { byteLength } = first;
  for (const [number, path] of paths.entries()) {
    if (number === 0) continue;
    const part = await read(path);
    if (part.metadata.get(numberKey) !== number || splitCount(part) !== count) {
      throw new InvalidModelFileError(
        `${path} says that it is another part, or of another model, than its name does: get it again.`,
      );
    }
    for (const [name, tensor] of part.tensors) {
      if (tensors.has(name))
        throw new InvalidModelFileError(
          `${path}: the tensor ${name} is in an earlier part too: get the parts again.`,
        );
      tensors.set(name, tensor);
    }
    byteLength += part.byteLength;
  }
  if (tensors.size !== first.metadata.get(tensorsKey)) {
    throw new InvalidModelFileError(
      `${first.path} and its parts have ${tensors.size} tensors, and the first one counts ${String(first.metadata.get(tensorsKey))}: get the parts again.`,
    );
  }
  return { ...first, tensors, byteLength };
}
