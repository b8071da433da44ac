import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { PromptKind } from './chat-prompts.js';
import type { Generation } from './generation.js';
import type { PairName } from './pairs.js';

/** One generation that was measured, a line of the file. */
export interface Run extends Omit<Generation, 'tokens'> {
  /** Of all generations that took turns: ratios are taken among those with the same one. */
  readonly unit: string;
  readonly files: PairName;
  readonly temperature: number;
  readonly repeat: number;
  readonly prompt: string;
  readonly kind: PromptKind;
  readonly promptCount: number;
  /** Most tokens of the answer. */
  readonly tokenCount: number;
  readonly system: string;
  readonly setup: string;
  readonly processor: string;
  /** Place in the unit, from 0. */
  readonly turn: number;
  /** Processor time that the other systems took meanwhile. */
  readonly othersMilliseconds: number;
  /** Ids; only where decoding is greedy. */
  readonly tokens: readonly number[] | undefined;
}

export const runsFile = fileURLToPath(new URL('../results/real-pair-runs.jsonl', import.meta.url));

/** What was measured so far; without a last line that was cut off. */
export async function readRuns(file: string): Promise<Run[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const lines = text.split('\n');
  lines.pop();
  return lines.map((line) => JSON.parse(line) as Run);
}

/** Adds the generations of one unit. */
export async function appendRuns(file: string, runs: readonly Run[]): Promise<void> {
  await appendFile(file, linesOf(runs));
}

/** Writes the whole file anew; what was there stays whole until then. */
export async function rewriteRuns(file: string, runs: readonly Run[]): Promise<void> {
  await writeFile(`${file}.part`, linesOf(runs));
  await rename(`${file}.part`, file);
}

function linesOf(runs: readonly Run[]): string {
  return runs.map((run) => `${JSON.stringify(run)}\n`).join('');
}
