import type { TypedValue } from '@foretoken/models';
import { smallestShape } from './llama-weights.js';
import { writeLlamaGguf } from './write-llama-gguf.js';

/** GGUF's token types. */
export const tokenType = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface VocabularyToken {
  readonly text: string;
  /** Default: normal. */
  readonly type?: number;
  readonly score?: number;
}

export interface Vocabulary {
  /** `tokenizer.ggml.model`. */
  readonly model: string;
  readonly tokens: readonly VocabularyToken[];
  readonly merges?: readonly string[];
  /** Further metadata, by its name after `tokenizer.ggml.` */
  readonly more?: Readonly<Record<string, TypedValue>>;
}

/** Writes the smallest random model with a vocabulary. */
export async function writeVocabularyGguf(path: string, vocabulary: Vocabulary): Promise<void> {
  const { model, tokens, merges, more = {} } = vocabulary;
  const entries: Record<string, TypedValue> = {
    model: { type: 'string', value: model },
    tokens: { type: 'string[]', value: tokens.map(({ text }) => text) },
    token_type: { type: 'int32[]', value: tokens.map(({ type }) => type ?? tokenType.normal) },
    ...(model === 'llama'
      ? { scores: { type: 'float32[]', value: tokens.map(({ score }) => score ?? 0) } }
      : {}),
    ...(merges === undefined ? {} : { merges: { type: 'string[]', value: merges } }),
    ...more,
  };
  await writeLlamaGguf(path, {
    shape: { ...smallestShape, vocabularySize: tokens.length },
    vocabulary: Object.entries(entries).map(([name, value]) => [`tokenizer.ggml.${name}`, value]),
  });
}
