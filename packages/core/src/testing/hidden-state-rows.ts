import type { LanguageModel } from '../contract/language-model.js';

/** The target's hidden states of the first tokens, read anew, [rows][width]; undefined for none. */
export async function hiddenStateRows(
  target: LanguageModel,
  tokens: readonly number[],
): Promise<readonly Float32Array[] | undefined> {
  if (tokens.length === 0) return undefined;
  const sequence = target.createSequence();
  try {
    const [result] = await target.forward([{ sequence, tokens, rows: 'all', hiddenStates: true }]);
    return result?.hiddenStates?.map((row) => row.slice());
  } finally {
    sequence.close();
  }
}
