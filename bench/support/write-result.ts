import { readFile, writeFile } from 'node:fs/promises';
import { machine } from './machine.js';

/** Writes a script's last result to bench/results, with the machine and the command that made it. */
export async function writeResult(name: string, result: object): Promise<void> {
  const document = { command: `npx tsx bench/${name}.ts`, machine, ...result };
  await writeFile(fileOf(name), `${JSON.stringify(document, null, 2)}\n`);
}

/** What a script wrote last, or undefined before its first result. */
export async function readResult<Result>(name: string): Promise<Result | undefined> {
  try {
    return JSON.parse(await readFile(fileOf(name), 'utf8')) as Result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function fileOf(name: string): URL {
  return new URL(`../results/${name}.json`, import.meta.url);
}
