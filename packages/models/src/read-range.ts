import { InvalidModelFileError } from '@foretoken/core';
import { openModelFile } from './open-model-file.js';

/** One read of the operating system stops at 2 GiB. */
const mostBytesAtOnce = 2 ** 30;

/** Rows of a matrix that follow each other. */
export interface RowRange {
  readonly from: number;
  readonly count: number;
}

interface Range {
  readonly name: string;
  /** From the start of the file. */
  readonly offset: number;
  readonly byteLength: number;
}

/** Where some rows of a tensor lie, or all of it. @param rowCount of the tensor. */
export function rowsOf({ name, offset, byteLength }: Range, rowCount: number, rows?: RowRange): Range {
  if (rows === undefined) return { name, offset, byteLength };
  const rowBytes = byteLength / rowCount;
  return { name, offset: offset + rows.from * rowBytes, byteLength: rows.count * rowBytes };
}

/** The bytes of one tensor, or of a part of it. @throws InvalidModelFileError where the file ends inside it. */
export function readRange(path: string, tensor: Range): Promise<Uint8Array> {
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
