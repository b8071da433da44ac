import { readFile } from 'node:fs/promises';
import { writeResult } from '../support/write-result.js';

/** Writes bench/results/NAME.json of a script of this folder. */
export function writeRealPairResult(name: string, script: string, result: object): Promise<void> {
  return writeResult(name, { command: `npx tsx bench/real-pair/${script}.ts`, ...result });
}

/** What a script wrote before; undefined where it never ran. */
export async function readRealPairResult<Result>(name: string): Promise<Result | undefined> {
  try {
    return JSON.parse(await readFile(new URL(`../results/${name}.json`, import.meta.url), 'utf8')) as Result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
