import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { foretoken } from '../support/foretoken.js';

const originalTarget = 'qwen2.5-coder-1.5b-instruct-q4_k_m.gguf';
const originalDraft = 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf';

export const pairNames = ['q8_0', 'q4_k_m'] as const;
export type PairName = (typeof pairNames)[number];

/** Files of a target and its draft model. */
export interface Pair {
  readonly name: PairName;
  readonly target: string;
  readonly draft: string;
}

/** The files in a folder; those that are made of the originals are made where they are not there. */
export async function openPair(name: PairName, folder: string): Promise<Pair> {
  const inFolder = (file: string): string => path.resolve(folder, file);
  for (const file of [originalTarget, originalDraft]) {
    if (!existsSync(inFolder(file))) throw new Error(`${inFolder(file)} is not there.`);
  }
  if (name === 'q4_k_m') return { name, target: inFolder(originalTarget), draft: inFolder(originalDraft) };
  const pair = { name, target: inFolder('target-q8_0.gguf'), draft: inFolder('draft-q4_0.gguf') };
  await quantize(inFolder(originalTarget), pair.target, 'Q8_0');
  await quantize(inFolder(originalDraft), pair.draft, 'Q4_0');
  return pair;
}

async function quantize(source: string, output: string, format: string): Promise<void> {
  if (existsSync(output)) return;
  console.log(`Making ${output} (once) ...`);
  // What was interrupted is not taken for the file.
  await foretoken('quantize', source, `${output}.part`, '--format', format);
  await rename(`${output}.part`, output);
}
