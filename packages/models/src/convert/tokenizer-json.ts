import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import { isObject } from '../is-object.js';
import { readJson } from '../read-json.js';
import type { AddedToken } from '../tokenizer/find-added-tokens.js';
import { showValue } from '../show-value.js';

/** What conversion needs of a byte-level BPE tokenizer.json. */
export interface TokenizerJson {
  readonly vocabulary: readonly (readonly [content: string, id: number])[];
  /** "a b", in order of rank. */
  readonly merges: readonly string[];
  readonly addedTokens: readonly AddedToken[];
  /** The token that the tokenizer puts before every text, if there is one. */
  readonly firstToken: number | undefined;
}

/** @throws InvalidModelFileError, UnsupportedError for what llama.cpp's `gpt-2` tokenizer does not do. */
export async function readTokenizerJson(path: string): Promise<TokenizerJson> {
  const json = await readJson(path);
  const model = isObject(json['model']) ? json['model'] : {};
  const splitter = isObject(json['pre_tokenizer']) ? json['pre_tokenizer'] : {};
  if (model['type'] !== 'BPE' || splitter['type'] !== 'ByteLevel' || splitter['use_regex'] === false) {
    throw new UnsupportedError(
      `${path}: only byte-level BPE with GPT-2's splitting is supported, not ${showValue(model['type'])} after ${showValue(splitter['type'])}.`,
    );
  }
  const refused = [
    ['prefix spaces', splitter['add_prefix_space']],
    ['a normalizer', json['normalizer']],
    ['dropout', model['dropout']],
    ['subword prefixes', model['continuing_subword_prefix']],
    ['word suffixes', model['end_of_word_suffix']],
    ['byte fallback', model['byte_fallback']],
    ['ignored merges', model['ignore_merges']],
  ].find(([, value]) => Boolean(value));
  if (refused !== undefined) throw new UnsupportedError(`${path}: ${String(refused[0])} is not supported.`);
  return {
    vocabulary: vocabularyOf(path, model['vocab']),
    merges: mergesOf(path, model['merges']),
    addedTokens: addedTokensOf(path, json['added_tokens'] ?? []),
    firstToken: firstTokenOf(path, json['post_processor'] ?? undefined),
  };
}

function vocabularyOf(path: string, value: unknown): [string, number][] {
  const entries = isObject(value) ? Object.entries(value) : [];
  if (entries.length === 0) throw new InvalidModelFileError(`${path} has no vocabulary.`);
  for (const [content, id] of entries) {
    if (!isTokenId(id)) {
      throw new InvalidModelFileError(
        `${path}: the token ${showValue(content)} has the id ${showValue(id)}.`,
      );
    }
  }
  return entries as [string, number][];
}

/** tokenizer.json writes merges as "a b" or ["a", "b"]; GGUF as "a b". */
function mergesOf(path: string, merges: unknown): string[] {
  if (!Array.isArray(merges)) throw new InvalidModelFileError(`${path} has no list of merges.`);
  return merges.map((merge: unknown) => {
    const parts: unknown[] = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
    if (parts.length !== 2 || !parts.every((part) => typeof part === 'string' && /^[^ ]+$/.test(part))) {
      throw new InvalidModelFileError(`${path}: a merge is ${showValue(merge)}, not a pair of texts.`);
    }
    return parts.join(' ');
  });
}

function addedTokensOf(path: string, value: unknown): AddedToken[] {
  if (!Array.isArray(value)) throw new InvalidModelFileError(`${path}: added_tokens is not a list.`);
  return value.map((token: unknown, index) => {
    const { id, content, special, lstrip, rstrip, single_word: word } = isObject(token) ? token : {};
    if (!isTokenId(id) || typeof content !== 'string' || content === '') {
      throw new InvalidModelFileError(
        `${path}: added token ${index} is ${showValue(token)} without a sound id or text.`,
      );
    }
    if (lstrip === true || rstrip === true || word === true) {
      throw new UnsupportedError(
        `${path}: the added token ${showValue(content)} takes spaces or words around it; only plain ones are supported.`,
      );
    }
    return { id, content, special: special === true };
  });
}

/** The post-processor may do nothing to the tokens, or put one token before them. */
function firstTokenOf(path: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const { type, processors, single, special_tokens: special } = isObject(value) ? value : {};
  if (type === 'ByteLevel') return undefined;
  if (type === 'Sequence' && Array.isArray(processors)) {
    return processors.map((inner) => firstTokenOf(path, inner)).find((token) => token !== undefined);
  }
  if (type === 'TemplateProcessing' && Array.isArray(single)) {
    const pieces = single.map((piece) => (isObject(piece) ? piece : {}));
    if (pieces.length === 1 && 'Sequence' in (pieces[0] as object)) return undefined;
    const [first, second] = pieces;
    if (pieces.length === 2 && isObject(first?.['SpecialToken']) && second?.['Sequence'] !== undefined) {
      const entry = isObject(special) ? special[String(first['SpecialToken']['id'])] : undefined;
      const ids: unknown = isObject(entry) ? entry['ids'] : undefined;
      if (Array.isArray(ids) && ids.length === 1 && isTokenId(ids[0])) return ids[0];
    }
  }
  throw new UnsupportedError(
    `${path}: the post-processor ${showValue(type)} does more than put a begin token before the text.`,
  );
}

function isTokenId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
