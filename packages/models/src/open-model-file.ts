import { type FileHandle, open } from 'node:fs/promises';
import { InvalidModelFileError } from '@foretoken/core';
import { HeaderReader } from './header-reader.js';

/** Opens a model file, hands a reader at its start to `read`, and closes it again. */
export async function openModelFile<Result>(
  path: string,
  read: (reader: HeaderReader, handle: FileHandle) => Result | Promise<Result>,
): Promise<Result> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be opened (${code})`;
    throw new InvalidModelFileError(`${path}: ${reason}.`, { cause: error });
  }
  try {
    const { size, isFile } = await handle.stat().then((stat) => ({ size: stat.size, isFile: stat.isFile() }));
    if (!isFile)
      throw new InvalidModelFileError(
        `${path} is not a file: give the path of a model file. A folder of safetensors runs on ONNX Runtime (--backend onnx), or as the GGUF file that foretoken convert makes of it.`,
      );
    return await read(new HeaderReader(handle, path, size), handle);
  } finally {
    await handle.close();
  }
}
