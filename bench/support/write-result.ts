import { writeFile } from 'node:fs/promises';
import os from 'node:os';

/** Writes a script's last result to bench/results, with the machine and the command that made it. */
export async function writeResult(name: string, result: object): Promise<void> {
  const machine = {
    processor: os.cpus()[0]?.model.trim(),
    cores: os.availableParallelism(),
    node: process.version,
  };
  const document = { command: `npx tsx bench/${name}.ts`, machine, ...result };
  const file = new URL(`../results/${name}.json`, import.meta.url);
  await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
}
