import path from 'node:path';
import { readResult, writeResult } from '../support/write-result.js';
import { runsFile } from './runs-file.js';

/** Results that belong to a file of runs: of `real-pair-runs-amx.jsonl` those that end in `-amx`. */
export class RealPairResults {
  readonly #suffix: string;
  readonly #option: string;

  /** @throws where the file is not called `real-pair-runs-NAME.jsonl` beside `runsFile`, which has no NAME. */
  constructor(runs: string) {
    const [, suffix] = /^real-pair-runs(-[\w-]+)?\.jsonl$/.exec(path.basename(runs)) ?? [];
    const isOwn = path.resolve(runs) === runsFile;
    if (path.dirname(path.resolve(runs)) !== path.dirname(runsFile) || (suffix === undefined && !isOwn))
      throw new Error(`--results names bench/results/real-pair-runs-NAME.jsonl, not ${runs}.`);
    this.#suffix = suffix ?? '';
    this.#option = isOwn ? '' : ` --results bench/results/${path.basename(runs)}`;
  }

  /** Writes bench/results/NAME.json of a script of this folder. */
  write(name: string, script: string, result: object): Promise<void> {
    const command = `npx tsx bench/real-pair/${script}.ts${this.#option}`;
    return writeResult(`${name}${this.#suffix}`, { command, ...result });
  }

  /** What a script wrote before on this processor; undefined where it never ran there. */
  async read<Result>(name: string, processor: string): Promise<Result | undefined> {
    const result = await readResult<Result & { readonly machine: { readonly processor: string } }>(
      `${name}${this.#suffix}`,
    );
    return result?.machine.processor === processor ? result : undefined;
  }
}
