export interface ByteTokenizerOptions {
  /** Pairs to merge, in order of rank, in GPT-2's byte alphabet. */
  readonly merges?: readonly (readonly [string, string])[];
  /** Tokens after the bytes, the end token and the merged ones; `special` ones are control tokens. */
  readonly added?: readonly { readonly content: string; readonly special: boolean }[];
}

export const endTokenText = '<|end|>';

/** A tokenizer.json with a token a byte (0 to 255), an end token (256), merged tokens, then added ones. */
export function byteTokenizerJson({ merges = [], added = [] }: ByteTokenizerOptions = {}): object {
  const vocabulary: Record<string, number> = {};
  for (let byte = 0; byte < 256; byte++) vocabulary[byteLevelCharacter(byte)] = byte;
  let next = 257;
  for (const [left, right] of merges) vocabulary[left + right] = next++;
  return {
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    model: { type: 'BPE', vocab: vocabulary, merges },
    added_tokens: [
      { id: 256, content: endTokenText, special: true },
      ...added.map(({ content, special }) => ({ id: next++, content, special })),
    ],
  };
}

/** GPT-2's printable stand-in for a byte: itself where it prints, else a character from 256 on. */
export function byteLevelCharacter(byte: number): string {
  return byteAlphabet[byte] as string;
}

const byteAlphabet: readonly string[] = makeByteAlphabet();

function makeByteAlphabet(): string[] {
  const prints = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(prints(byte) ? byte : next++));
}
