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

/** Vocabularies without weights, as llama.cpp's repository has them in `models`: byte-level BPE and SentencePiece. */
export const realVocabularies = [
  'gpt-2',
  'llama-bpe',
  'qwen2',
  'starcoder',
  'refact',
  'command-r',
  'mpt',
  'deepseek-coder',
  'deepseek-llm',
  'aquila',
  'llama-spm',
  'baichuan',
].map((name) => path.join(folder, `ggml-vocab-${name}.gguf`));

/** Why tests that need a model are skipped; undefined where it is there. */
export function missing(file: string): string | undefined {
  return existsSync(file)
    ? undefined
    : `skipped: ${path.basename(file)} is not in ${folder} (FORETOKEN_REAL_MODELS names another folder)`;
}
