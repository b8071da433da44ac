import type { GgufFile } from '../gguf/gguf-file.js';
import { controlToken } from '../gguf/token-types.js';

/** Tokens that end a text, a turn or a message, where the file names them. */
const keys: readonly string[] = ['eos', 'eot', 'eom'].map((name) => `tokenizer.ggml.${name}_token_id`);

/**
 * What models call such tokens, and those that begin the next file of a repository: most files name only the end of a
 * text, and an instruct model that ends its turn would go on with the user's. The names are llama.cpp's.
 */
const names: ReadonlySet<string> = new Set([
  '<|im_end|>',
  '<|eot_id|>',
  '<|eom_id|>',
  '<|end|>',
  '<|endoftext|>',
  '<|end_of_text|>',
  '<end_of_turn>',
  '<end_of_utterance>',
  '<turn|>',
  '<|return|>',
  '<|call|>',
  '<EOT>',
  '_<EOT>',
  '[EOT]',
  '[EOS]',
  '<eos>',
  '</s>',
  '<|fim_pad|>',
  '<fim-pad>',
  '<fim_pad>',
  '<|repo_name|>',
  '<|fim_repo|>',
  '<|file_sep|>',
]);

/** The tokens that end a generation, ascending: what the file says, and control tokens of a known name. */
export function ggufEndTokens(
  metadata: GgufFile['metadata'],
  tokens: readonly string[],
  typeOf: (id: number) => unknown,
): number[] {
  const said = new Set(keys.map((key) => metadata.get(key)));
  return [...tokens.keys()].filter(
    (id) => said.has(id) || (typeOf(id) === controlToken && names.has(tokens[id] as string)),
  );
}
