import type { GgufFile } from '../../gguf/gguf-file.js';
import { controlToken, unknownToken, userDefinedToken } from '../../gguf/token-types.js';
import type { AddedToken } from '../find-added-tokens.js';
import { type GgufVocabulary, readVocabulary } from './gguf-vocabulary.js';
import { mergesOfRanks } from './score-ranks.js';

/**
 * The tokenizer.json of the tokenizer in a GGUF file.
 *
 * @throws UnsupportedError, InvalidModelFileError.
 */
export function ggufTokenizerJson(file: GgufFile): object {
  const vocabulary = readVocabulary(file);
  const { spelling } = vocabulary;
  return vocabularyJson(
    vocabulary,
    spelling.kind === 'pieces' ? mergesOfRanks(spelling.ranks) : spelling.merges,
  );
}

/** A vocabulary as Hugging Face's tokenizers read one. */
export function vocabularyJson(
  vocabulary: GgufVocabulary,
  merges: readonly (readonly [left: string, right: string])[],
): object {
  const { tokens, spelling } = vocabulary;
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(vocabulary).map((token) => ({
      ...token,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    })),
    ...(spelling.kind === 'byte-level' ? byteLevelParts(spelling.patterns) : pieceParts(spelling.addsSpace)),
    post_processor: beginTemplate(vocabulary),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: spelling.kind === 'pieces',
      ignore_merges: spelling.kind === 'byte-level' && spelling.ignoresMerges,
      vocab: Object.fromEntries(tokens.map((text, id) => [text, id])),
      merges,
    },
  };
}

/** The tokens that are found in a text before it is split, special ones only on request. */
export function addedTokens({ tokens, types }: GgufVocabulary): AddedToken[] {
  return tokens.flatMap((content, id) => {
    const type = types[id];
    const special = type === controlToken || type === unknownToken;
    return special || type === userDefinedToken ? [{ id, content, special }] : [];
  });
}

function byteLevelParts(patterns: readonly string[]): object {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  return {
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        ...patterns.map((Regex) => ({
          type: 'Split',
          pattern: { Regex },
          behavior: 'Isolated',
          invert: false,
        })),
        byteLevel,
      ],
    },
    decoder: byteLevel,
  };
}

function pieceParts(addsSpace: boolean): object {
  const toPiece = { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' };
  const toText = { type: 'Replace', pattern: { String: '\u2581' }, content: ' ' };
  return {
    normalizer: {
      type: 'Sequence',
      normalizers: [...(addsSpace ? [{ type: 'Prepend', prepend: '\u2581' }] : []), toPiece],
    },
    pre_tokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        toText,
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(addsSpace ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
  };
}

/** Puts the token that begins a text before it, where the file says so. */
function beginTemplate({ tokens, beginToken, addsBeginToken }: GgufVocabulary): object | null {
  if (beginToken === undefined || !addsBeginToken) return null;
  const id = tokens[beginToken] as string;
  const [begin, text] = [{ SpecialToken: { id, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }];
  return {
    type: 'TemplateProcessing',
    single: [begin, text],
    pair: [begin, text, { ...begin }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { [id]: { id, ids: [beginToken], tokens: [id] } },
  };
}
