import { InvalidModelFileError } from '@foretoken/core';
import { openModelFile } from './open-model-file.js';

/** One read of the operating system stops at 2 GiB. */
const mostBytesAtOnce = 2 ** 30;

/** The bytes of one tensor. @throws InvalidModelFileError where the file ends inside it. */
export function readRange(
  path: string,
  tensor: { readonly name: string; readonly offset: number; readonly byteLength: number },
): Promise<Uint8Array> {
  return openModelFile(path, async (_, handle) => {
    const bytes = new Uint8Array(tensor.byteLength);
    for (let done = 0; done < bytes.length; ) {
      const length = Math.min(bytes.length - done, mostBytesAtOnce);
      const { bytesRead } = await handle.read(bytes, done, length, tensor.offset + done);
      if (bytesRead === 0) throw new InvalidModelFileError(`${path} ends inside the tensor ${tensor.name}.`);
      done += bytesRead;
    }
    return bytes;
  });
}
