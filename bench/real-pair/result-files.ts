import { readResult, writeResult } from '../support/write-result.js';

/** Writes bench/results/NAME.json of a script of this folder. */
export function writeRealPairResult(name: string, script: string, result: object): Promise<void> {
  return writeResult(name, { command: `npx tsx bench/real-pair/${script}.ts`, ...result });
}

/** What a script wrote before on this processor; undefined where it never ran there. */
export async function readRealPairResult<Result>(
  name: string,
  processor: string,
): Promise<Result | undefined> {
  const result = await readResult<Result & { readonly machine: { readonly processor: string } }>(name);
  return result?.machine.processor === processor ? result : undefined;
}
