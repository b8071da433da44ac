import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/**
 * Writes a document as JSON, whole or not at all: into a temporary file beside it, which then takes its place. What writers of
 * the same file that were killed have left beside it is removed. Rejects with what the file system says.
 */
export async function writeWhole(file: string, document: unknown): Promise<void> {
  await removeLeftovers(file);
  const temporary = `${file}.${os.hostname()}.${process.pid}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(`${JSON.stringify(document, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** Removes the temporary files of writers on this machine that run no more. One that cannot be removed harms nothing. */
async function removeLeftovers(file: string): Promise<void> {
  const { dir, base } = path.parse(path.resolve(file));
  const own = `${base}.${os.hostname()}.`;
  const names = await readdir(dir).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(own)) continue;
    const [, pid] = /^(\d+)\.[\da-f-]{36}\.tmp$/.exec(name.slice(own.length)) ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    await rm(path.join(dir, name), { force: true }).catch(() => {});
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be signalled.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
