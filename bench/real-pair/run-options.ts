import { type PairName, pairNames } from './pairs.js';

/** Options of the programs in this folder that read models, for `parseArgs`. */
export const runOptions = {
  models: { type: 'string' },
  minutes: { type: 'string', default: 'Infinity' },
} as const;

/** @throws where `--models` was not given. */
export function modelFolderOf({ models }: { readonly models?: string | undefined }): string {
  if (models === undefined) throw new Error('--models FOLDER says where the GGUF files are.');
  return models;
}

/** The pairs that `--files` names; undefined: all. @throws where there is none of that name. */
export function pairsNamed(files: string | undefined): readonly PairName[] {
  const named = pairNames.filter((name) => files === undefined || name === files);
  if (named.length === 0) throw new Error(`--files takes ${pairNames.join(' or ')}.`);
  return named;
}

/** Whether `--minutes` have not passed yet since this call. */
export function timeLimit(minutes: string): () => boolean {
  const end = performance.now() + 60_000 * Number(minutes);
  return () => performance.now() < end;
}
