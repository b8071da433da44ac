import { appendFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { PromptKind } from './chat-prompts.js';
import type { Generation } from './generation.js';
import type { PairName } from './pairs.js';
import { readJsonLines, toJsonLines } from '../support/json-lines.js';

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
export function readRuns(file: string): Promise<Run[]> {
  return readJsonLines(file);
}

/** Adds the generations of one unit. */
export async function appendRuns(file: string, runs: readonly Run[]): Promise<void> {
  await appendFile(file, toJsonLines(runs));
}

/** Writes the whole file anew; what was there stays whole until then. */
export async function rewriteRuns(file: string, runs: readonly Run[]): Promise<void> {
  await writeFile(`${file}.part`, toJsonLines(runs));
  await rename(`${file}.part`, file);
}
