import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import type { GgufFile } from '../../gguf/gguf-file.js';
import { byteToken, normalToken, userDefinedToken } from '../../gguf/token-types.js';
import { showValue } from '../../show-value.js';
import { fromByteLevel } from '../byte-level.js';
import { rankByScore } from './score-ranks.js';
import { findSpecialTokens, type SpecialTokens } from './special-tokens.js';
import { findSplitting } from './text-splitting.js';

/** What a GGUF file says of its tokenizer, read as llama.cpp reads it. */
export interface GgufVocabulary extends SpecialTokens {
  /** The text of every token, by id, each once. */
  readonly tokens: readonly string[];
  readonly addsBeginToken: boolean;
  readonly spelling: ByteLevelSpelling | PieceSpelling;
}

/** GPT-2's kind: texts are split by patterns, and every byte is written as a character. */
interface ByteLevelSpelling {
  readonly kind: 'byte-level';
  readonly patterns: readonly string[];
  readonly merges: readonly (readonly [left: string, right: string])[];
  readonly ignoresMerges: boolean;
}

/** SentencePiece's kind: U+2581 is a space, and what has no piece is read byte by byte. */
interface PieceSpelling {
  readonly kind: 'pieces';
  /** Of every token: neighbours that make the one with the lowest are put together first. */
  readonly ranks: ReadonlyMap<string, number>;
  /** A space is put before every text. */
  readonly addsSpace: boolean;
}

const noBytes = new Uint8Array();

/**
 * Reads a tokenizer of the kinds `gpt2` and `llama`.
 *
 * @throws UnsupportedError for other kinds and unknown ways to split, InvalidModelFileError where parts are missing.
 */
export function readVocabulary(file: GgufFile): GgufVocabulary {
  const { path, metadata } = file;
  const model = metadata.get('tokenizer.ggml.model');
  if (model !== 'gpt2' && model !== 'llama') {
    throw new UnsupportedError(
      `${path}: the tokenizer is of the kind ${showValue(model)}; outside llama.cpp gpt2 and llama are read.`,
    );
  }
  // llama.cpp takes the spaces after their special tokens away.
  if (/phi-?3/i.test(String(metadata.get('general.name')))) {
    throw new UnsupportedError(`${path}: the special tokens of Phi-3 are not read outside llama.cpp.`);
  }
  return model === 'gpt2' ? readByteLevel(file) : readPieces(file);
}

function readByteLevel(file: GgufFile): GgufVocabulary {
  const { path, metadata } = file;
  const name = metadata.get('tokenizer.ggml.pre') ?? 'default';
  const splitting = findSplitting(String(name));
  if (splitting === undefined) {
    throw new UnsupportedError(
      `${path}: the tokenizer splits texts as ${showValue(name)} does (tokenizer.ggml.pre), which is not known here.`,
    );
  }
  const tokens = readTokens(file);
  const known = new Set(tokens);
  // Of a merge that stands twice the first counts.
  const merges = [...new Set(texts(file, 'tokenizer.ggml.merges'))].map((merge) => {
    // The first part may be a space.
    const space = merge.indexOf(' ', 1);
    const [left, right] = [merge.slice(0, space), merge.slice(space + 1)];
    if (space < 1 || !known.has(left + right)) {
      throw new InvalidModelFileError(`${path}: the merge ${showValue(merge)} makes no token.`);
    }
    return [left, right] as const;
  });
  return {
    tokens,
    ...findSpecialTokens(metadata, tokens, readTypes(file, tokens.length), { bos: 11, eos: 11 }),
    addsBeginToken: flag(metadata, 'add_bos_token', splitting.addsBeginToken ?? false),
    spelling: {
      kind: 'byte-level',
      patterns: splitting.patterns,
      merges,
      ignoresMerges: splitting.ignoresMerges ?? false,
    },
  };
}

function readPieces(file: GgufFile): GgufVocabulary {
  const { path, metadata } = file;
  const tokens = readTokens(file);
  const scores = metadata.get('tokenizer.ggml.scores') ?? tokens.map(() => 0);
  if (!Array.isArray(scores) || scores.length < tokens.length) {
    throw new InvalidModelFileError(`${path}: tokenizer.ggml.scores has no score for every token.`);
  }
  return {
    tokens,
    ...findSpecialTokens(metadata, tokens, readTypes(file, tokens.length), { bos: 1, eos: 2 }),
    addsBeginToken: flag(metadata, 'add_bos_token', true),
    spelling: {
      kind: 'pieces',
      ranks: rankByScore(tokens, scores.map(Number)),
      addsSpace: flag(metadata, 'add_space_prefix', true),
    },
  };
}

/** Texts as C reads them: up to the first zero byte, and with a name where that leaves nothing. */
function readTokens(file: GgufFile): string[] {
  const tokens = texts(file, 'tokenizer.ggml.tokens').map(
    (text, id) => text.split('\0', 1)[0] || `[EMPTY_${id}]`,
  );
  const seen = new Set<string>();
  const repeated = tokens.find((text) => seen.size === seen.add(text).size);
  if (repeated === undefined) return tokens;
  throw new InvalidModelFileError(`${file.path}: the token ${showValue(repeated)} stands twice.`);
}

function readTypes({ path, metadata }: GgufFile, count: number): number[] {
  const types = metadata.get('tokenizer.ggml.token_type');
  if (types === undefined) return new Array<number>(count).fill(normalToken);
  if (Array.isArray(types) && types.length >= count) return types.slice(0, count).map(Number);
  throw new InvalidModelFileError(`${path}: tokenizer.ggml.token_type has no type for every token.`);
}

function texts({ path, metadata }: GgufFile, key: string): readonly string[] {
  const value = metadata.get(key);
  if (Array.isArray(value) && value.every((text) => typeof text === 'string')) return value;
  throw new InvalidModelFileError(`${path}: ${key} is not a list of texts.`);
}

function flag(metadata: GgufFile['metadata'], name: string, fallback: boolean): boolean {
  const value = metadata.get(`tokenizer.ggml.${name}`);
  return typeof value === 'boolean' ? value : fallback;
}

/** The bytes that a token stands for; none for tokens that are not text. */
export function bytesOfToken({ tokens, types, spelling }: GgufVocabulary, id: number): Uint8Array {
  const [text = '', type] = [tokens[id], types[id]];
  if (type === userDefinedToken) return new TextEncoder().encode(text);
  if (type === byteToken) return Uint8Array.of(Number.parseInt(text.slice(3, 5), 16));
  if (type !== normalToken) return noBytes;
  if (spelling.kind === 'byte-level') return fromByteLevel(text);
  return new TextEncoder().encode(text.replaceAll('\u2581', ' '));
}
