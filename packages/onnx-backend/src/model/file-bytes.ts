import { stat } from 'node:fs/promises';

/** Bytes of a graph and of the weights beside it. */
export async function fileBytes(file: string): Promise<number> {
  const sizes = [file, `${file}.data`, `${file}_data`].map(
    async (name) => (await stat(name).catch(() => undefined))?.size ?? 0,
  );
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}
