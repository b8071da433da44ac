import { UnsupportedError } from '@foretoken/core';
import type { GgufFile } from '@foretoken/models';

/** GGUF's number for tokens that are never read from plain text. */
const controlToken = 3;

/**
 * The tokenizer.json of a GGUF file, where its tokenizer is GPT-2's kind of byte-level BPE.
 *
 * @throws UnsupportedError for any other kind.
 */
export function ggufTokenizerJson({ path, metadata }: GgufFile): object {
  const kind = `${String(metadata.get('tokenizer.ggml.model'))} ${String(metadata.get('tokenizer.ggml.pre'))}`;
  if (kind !== 'gpt2 gpt-2') {
    throw new UnsupportedError(
      `${path}: the tokenizer is ${kind}; only gpt2 gpt-2 can be exported: export from the Hugging Face folder.`,
    );
  }
  const texts = metadata.get('tokenizer.ggml.tokens') as readonly string[];
  const types = metadata.get('tokenizer.ggml.token_type') as readonly number[] | undefined;
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: texts.flatMap((content, id) =>
      types?.[id] === controlToken
        ? [
            {
              id,
              content,
              single_word: false,
              lstrip: false,
              rstrip: false,
              normalized: false,
              special: true,
            },
          ]
        : [],
    ),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(texts.map((text, id) => [text, id])),
      merges: metadata.get('tokenizer.ggml.merges'),
    },
  };
}
