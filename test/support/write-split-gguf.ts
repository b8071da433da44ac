import path from 'node:path';
import { readGguf, readTensorBytes, type TypedValue, writeGguf } from '@foretoken/models';

/** Writes a model in so many parts, as llama-gguf-split does: the first has the metadata. Their paths. */
export async function writeSplitGguf(source: string, folder: string, count: number): Promise<string[]> {
  const file = await readGguf(source);
  const tensors = [...file.tensors.values()];
  const share = Math.ceil(tensors.length / count);
  const paths: string[] = [];
  for (let number = 0; number < count; number++) {
    const metadata = new Map<string, TypedValue>([
      ['split.no', { type: 'uint16', value: number }],
      ['split.count', { type: 'uint16', value: count }],
      ['split.tensors.count', { type: 'int32', value: tensors.length }],
    ]);
    if (number === 0) {
      for (const [key, value] of file.metadata)
        metadata.set(key, { type: file.metadataTypes.get(key), value } as TypedValue);
    }
    const [at, of] = [number + 1, count].map((value) => String(value).padStart(5, '0'));
    const part = path.join(folder, `split-${at}-of-${of}.gguf`);
    await writeGguf(
      part,
      metadata,
      tensors
        .slice(number * share, (number + 1) * share)
        .map(({ name, shape, type }) => ({ name, shape, type, data: () => readTensorBytes(file, name) })),
    );
    paths.push(part);
  }
  return paths;
}
