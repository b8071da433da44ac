import { open, rename, rm } from 'node:fs/promises';
import { temporaryPath } from './temporary-path.js';

/** Writes a small file: complete, or not at all. */
export async function writeJson(target: string, value: unknown): Promise<void> {
  const temporary = temporaryPath(target);
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(`${JSON.stringify(value, undefined, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}
