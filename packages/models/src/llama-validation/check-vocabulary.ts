import { UnsupportedError } from '@foretoken/core';
import type { MetadataCheck } from './metadata-check.js';
import { showValue } from '../show-value.js';

/** Kinds of vocabularies that cannot tokenize: llama.cpp asserts when they are asked to. */
const withoutTokens: ReadonlySet<string> = new Set(['none', 'no_vocab', 'test']);

/** Tokens, their texts and their ids. @param width of the embeddings. */
export function checkVocabulary(check: MetadataCheck, width: number): void {
  const kind = check.text('tokenizer.ggml.model');
  if (withoutTokens.has(kind)) {
    throw new UnsupportedError(`${check.file.path} has no vocabulary (${kind}): texts cannot be tokenized.`);
  }
  const tokens = check.strings('tokenizer.ggml.tokens');
  const count = tokens.length;
  if (count === 0) throw check.fail('the vocabulary is empty');
  check.shape('token_embd.weight', [width, count]);
  if (check.file.tensors.has('output.weight')) check.shape('output.weight', [width, count]);
  const texts = checkTexts(check, tokens);
  if (kind === 'llama') checkByteTokens(check, texts);
  if (kind === 'gpt2') checkMerges(check);
  for (const [key, what] of [
    ['tokenizer.ggml.token_type', 'token types'],
    ['tokenizer.ggml.scores', 'scores'],
  ] as const) {
    const values = check.optionalArray(key);
    if (values !== undefined && values.length !== count) {
      throw check.fail(`${values.length} ${what} for ${count} tokens`);
    }
  }
  for (const [key, value] of check.file.metadata) {
    if (!/^tokenizer\.ggml\..*token_id$/.test(key)) continue;
    // One beyond the vocabulary is as if it were not there: converters write 4294967295 for none.
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
      throw check.fail(`${key} is ${String(value)}, which is no token`);
  }
}

/** Every token has a text of its own, as C reads it: up to the first zero byte, and with a name where empty. */
function checkTexts(check: MetadataCheck, tokens: readonly string[]): ReadonlySet<string> {
  const texts = new Set<string>();
  for (const [id, token] of tokens.entries()) {
    const end = token.indexOf('\0');
    const text = (end < 0 ? token : token.slice(0, end)) || `[EMPTY_${id}]`;
    if (texts.has(text)) throw check.fail(`token ${id} has a text that stands twice: ${showValue(text)}`);
    texts.add(text);
  }
  return texts;
}

/** A SentencePiece vocabulary falls back to bytes, and takes for granted that it has every one. */
function checkByteTokens(check: MetadataCheck, texts: ReadonlySet<string>): void {
  for (let byte = 0; byte < 256; byte++) {
    const name = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
    if (!texts.has(name) && !(byte > 0 && byte < 128 && texts.has(String.fromCharCode(byte)))) {
      throw check.fail(`the vocabulary has no token ${name}`);
    }
  }
}

function checkMerges(check: MetadataCheck): void {
  for (const merge of check.strings('tokenizer.ggml.merges')) {
    const space = merge.indexOf(' ', 1);
    if (space < 1 || space === merge.length - 1) {
      throw check.fail(`the merge ${showValue(merge)} is not a pair`);
    }
  }
}
