import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const folder =
  process.env['FORETOKEN_REAL_MODELS'] ?? path.join(os.homedir(), '.cache', 'foretoken', 'real-models');

/** Instruct models of two families; the first two share a tokenizer. */
export const realModels = {
  target: path.join(folder, 'qwen2.5-coder-1.5b-instruct-q4_k_m.gguf'),
  draft: path.join(folder, 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf'),
  foreign: path.join(folder, 'smollm2-135m-instruct-q4_1.gguf'),
} as const;

/** Why tests that need a model are skipped; undefined where it is there. */
export function missing(file: string): string | undefined {
  return existsSync(file)
    ? undefined
    : `skipped: ${path.basename(file)} is not in ${folder} (FORETOKEN_REAL_MODELS names another folder)`;
}
