import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { asCacheWriteError } from './cache-errors.js';
import { hashFile } from './hash-file.js';
import { writeJson } from './write-json.js';

/** What lies beside a cached file: it and those that belong to it, as they were when they were complete. */
interface CompletionRecord {
  readonly files: readonly { readonly name: string; readonly byteLength: number; readonly hash: string }[];
}

const recordPath = (target: string): string => `${target}.json`;

/**
 * Notes down, in `<first>.json`, that files in one folder are complete.
 *
 * @throws CacheWriteError.
 */
export async function recordComplete(
  files: readonly [first: string, ...others: string[]],
  signal?: AbortSignal,
): Promise<void> {
  const entries: CompletionRecord['files'][number][] = [];
  for (const file of files) {
    entries.push({
      name: path.basename(file),
      byteLength: (await stat(file)).size,
      hash: await hashFile(file, signal),
    });
  }
  const record = recordPath(files[0]);
  try {
    await writeJson(record, { files: entries } satisfies CompletionRecord);
  } catch (error) {
    throw asCacheWriteError(error, record);
  }
}

/** Whether a file was recorded as complete, and it and those recorded with it are the same to the byte. */
export async function isComplete(target: string): Promise<boolean> {
  try {
    const { files } = JSON.parse(await readFile(recordPath(target), 'utf8')) as CompletionRecord;
    if (files[0]?.name !== path.basename(target)) return false;
    for (const { name, byteLength, hash } of files) {
      const file = path.join(path.dirname(target), path.basename(name));
      if ((await stat(file)).size !== byteLength || (await hashFile(file)) !== hash) return false;
    }
    return true;
  } catch (error) {
    // No record, a damaged one, a file that is missing: all the same as no cached file.
    if (error instanceof SyntaxError || error instanceof TypeError) return false;
    if (typeof (error as NodeJS.ErrnoException).code === 'string') return false;
    throw error;
  }
}
