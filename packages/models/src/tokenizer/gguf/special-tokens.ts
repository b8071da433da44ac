import { knownFimTokens } from '../../fim/fim-tokens.js';
import type { GgufFile } from '../../gguf/gguf-file.js';
import { controlToken, normalToken, userDefinedToken } from '../../gguf/token-types.js';

/** What llama.cpp makes of a vocabulary's special tokens, from what the file says and from their texts. */
export interface SpecialTokens {
  readonly beginToken: number | undefined;
  /** The tokens that end a generation, ascending. */
  readonly endTokens: readonly number[];
  /** By id: the file's types, apart from tokens that are known by their texts. */
  readonly types: readonly number[];
}

/**
 * What models call the tokens that end a text, a turn or a message: most files name only the end of a text, and an
 * instruct model that ends its turn would go on with the user's.
 */
const endNames: readonly string[] = [
  '<|eot_id|>',
  '<|im_end|>',
  '<|end|>',
  '<|return|>',
  '<|call|>',
  '<|flush|>',
  '<|calls|>',
  '<end_of_turn>',
  '<|endoftext|>',
  '</s>',
  '<|eom_id|>',
  '<EOT>',
  '_<EOT>',
  '[EOT]',
  '[EOS]',
  '<|end_of_text|>',
  '<end_of_utterance>',
  '<eos>',
  '<turn|>',
  '<|tool_response>',
  '<｜end▁of▁sentence｜>',
  '[e~[',
];

/** Tokens of code models, where the file does not name them: what pads a gap, and what begins the next file. */
const codeNames: readonly (readonly [key: string, names: readonly string[]])[] = [
  ['fim_pad', ['<|fim_pad|>', '<fim-pad>', '<fim_pad>', '<PAD>', '[PAD]']],
  ['fim_rep', ['<|fim_repo|>', '<|repo_name|>', '<fim-repo>', '<REPO>', '<reponame>']],
  ['fim_sep', ['<|file_sep|>']],
];

/** Parts of a message that are always written out. */
const channelNames: readonly string[] = ['<|channel|>', '<|message|>', '<|start|>', '<|constrain|>'];

/**
 * @param types by id, as the file has them.
 * @param defaults begin and end where the file names none.
 */
export function findSpecialTokens(
  metadata: GgufFile['metadata'],
  tokens: readonly string[],
  types: readonly number[],
  defaults: { readonly bos: number; readonly eos: number },
): SpecialTokens {
  const ids = new Map(tokens.map((text, id) => [text, id]));
  const said = (key: string): number[] => {
    const value = metadata.get(`tokenizer.ggml.${key}_token_id`);
    return typeof value === 'number' && value < tokens.length ? [value] : [];
  };
  const orDefault = (key: 'bos' | 'eos'): number | undefined =>
    said(key)[0] ?? (defaults[key] < tokens.length ? defaults[key] : undefined);
  const called = (names: readonly string[]): number[] =>
    names.map((name) => ids.get(name)).filter((id) => id !== undefined);
  // Of several names llama.cpp takes the one that its hash table has first.
  const first = (names: readonly string[]): number[] => called(names).slice(0, 1);

  const controls = new Set(called(endNames));
  const ends = new Set([...controls, orDefault('eos') ?? [], said('eot'), said('eom')].flat());
  for (const [key, names] of codeNames) {
    const known = said(key);
    const found = known.length > 0 ? [] : first(names);
    for (const id of [...known, ...found]) ends.add(id);
    for (const id of found) controls.add(id);
  }
  for (const { keys, names } of Object.values(knownFimTokens)) {
    if (!keys.some((key) => metadata.has(key))) for (const id of first(names)) controls.add(id);
  }
  const found = types.map((type, id) => (controls.has(id) ? controlToken : type));
  for (const id of called(channelNames)) found[id] = userDefinedToken;

  const ended = (...names: readonly string[]): boolean => called(names).some((id) => ends.has(id));
  const demote = (name: string, type: number): void => {
    for (const id of called([name])) if (ends.delete(id)) found[id] = type;
  };
  // Formats in which these end less than a turn.
  if (ended('<|call|>', '<|calls|>') && ended('<|return|>', '<|flush|>')) demote('<|end|>', userDefinedToken);
  if (ended('<|tool_response>')) demote('</s>', normalToken);
  return { beginToken: orDefault('bos'), endTokens: [...ends].toSorted((a, b) => a - b), types: found };
}
