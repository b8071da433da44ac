import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import { controlToken, normalToken, unusedToken, userDefinedToken } from '../gguf/token-types.js';
import type { TypedValue } from '../gguf/write-gguf.js';
import type { ModelConfig } from './model-config.js';
import { readJson } from './model-config.js';

interface TokenizerJson {
  readonly model?: {
    readonly type?: string;
    readonly vocab?: Record<string, number>;
    readonly merges?: unknown;
  };
  readonly pre_tokenizer?: {
    readonly type?: string;
    readonly use_regex?: boolean;
    readonly add_prefix_space?: boolean;
  };
  readonly added_tokens?: readonly {
    readonly id: number;
    readonly content: string;
    readonly special: boolean;
  }[];
  readonly normalizer?: unknown;
}

/**
 * GGUF's tokenizer metadata from a tokenizer.json: byte-level BPE with GPT-2's splitting, which llama.cpp
 * calls `gpt-2`.
 *
 * @throws UnsupportedError for any other tokenizer, InvalidModelFileError for a damaged one.
 */
export async function tokenizerMetadata(path: string, config: ModelConfig): Promise<Map<string, TypedValue>> {
  const json = (await readJson(path)) as TokenizerJson;
  const { model, pre_tokenizer: splitter } = json;
  if (model?.type !== 'BPE' || splitter?.type !== 'ByteLevel' || splitter.use_regex === false) {
    throw new UnsupportedError(
      `${path}: only byte-level BPE with GPT-2's splitting is supported, not ${model?.type} after ${splitter?.type}.`,
    );
  }
  if (splitter.add_prefix_space === true || (json.normalizer ?? null) !== null) {
    throw new UnsupportedError(`${path}: prefix spaces and normalizers are not supported.`);
  }
  const tokens: string[] = Array.from({ length: config.vocabularySize }, (_, id) => `[UNUSED${id}]`);
  const types = new Array<number>(config.vocabularySize).fill(unusedToken);
  const place = (content: string, id: number, type: number): void => {
    if (!Number.isInteger(id) || id < 0 || id >= config.vocabularySize) {
      throw new InvalidModelFileError(
        `${path}: token ${id} is beyond the vocabulary of ${config.vocabularySize}.`,
      );
    }
    tokens[id] = content;
    types[id] = type;
  };
  for (const [content, id] of Object.entries(model.vocab ?? {})) place(content, id, normalToken);
  for (const { content, id, special } of json.added_tokens ?? []) {
    place(content, id, special ? controlToken : userDefinedToken);
  }
  const metadata = new Map<string, TypedValue>([
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: 'gpt-2' }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: tokens }],
    ['tokenizer.ggml.token_type', { type: 'int32s', value: types }],
    ['tokenizer.ggml.merges', { type: 'strings', value: mergeTexts(path, model.merges) }],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
  ]);
  if (config.beginToken !== undefined) {
    metadata.set('tokenizer.ggml.bos_token_id', { type: 'uint32', value: config.beginToken });
  }
  if (config.endToken !== undefined) {
    metadata.set('tokenizer.ggml.eos_token_id', { type: 'uint32', value: config.endToken });
  }
  return metadata;
}

/** tokenizer.json writes merges as "a b" or ["a", "b"]; GGUF as "a b". */
function mergeTexts(path: string, merges: unknown): string[] {
  if (!Array.isArray(merges)) throw new InvalidModelFileError(`${path} has no list of merges.`);
  return merges.map((merge: unknown) => {
    const text: unknown = Array.isArray(merge) && merge.length === 2 ? merge.join(' ') : merge;
    if (typeof text !== 'string')
      throw new InvalidModelFileError(`${path}: a merge is ${JSON.stringify(merge)}.`);
    return text;
  });
}
