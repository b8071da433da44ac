import { InvalidModelFileError } from '@foretoken/core';
import { controlToken, normalToken, unusedToken, userDefinedToken } from '../gguf/token-types.js';
import type { TypedValue } from '../gguf/value-types.js';
import type { ModelConfig } from './model-config.js';
import { readTokenizerJson } from './tokenizer-json.js';
import { showValue } from '../show-value.js';

/**
 * GGUF's tokenizer metadata from a tokenizer.json: byte-level BPE with GPT-2's splitting, which llama.cpp
 * calls `gpt-2`.
 *
 * @throws UnsupportedError for any other tokenizer, InvalidModelFileError for a damaged one.
 */
export async function tokenizerMetadata(path: string, config: ModelConfig): Promise<Map<string, TypedValue>> {
  const { vocabulary, merges, addedTokens, firstToken } = await readTokenizerJson(path);
  const tokens: string[] = Array.from({ length: config.vocabularySize }, (_, id) => `[UNUSED${id}]`);
  const types = new Array<number>(config.vocabularySize).fill(unusedToken);
  const place = (content: string, id: number, type: number): void => {
    if (id >= config.vocabularySize) {
      throw new InvalidModelFileError(
        `${path}: token ${id} is beyond the vocabulary of ${config.vocabularySize}.`,
      );
    }
    tokens[id] = content;
    types[id] = type;
  };
  for (const [content, id] of vocabulary) place(content, id, normalToken);
  for (const { content, id, special } of addedTokens) {
    place(content, id, special ? controlToken : userDefinedToken);
  }
  const seen = new Set<string>();
  const repeated = tokens.find((content) => seen.size === seen.add(content).size);
  if (repeated !== undefined) {
    throw new InvalidModelFileError(`${path}: the token ${showValue(repeated)} stands twice.`);
  }
  if (firstToken !== undefined && firstToken !== config.beginToken) {
    throw new InvalidModelFileError(
      `${path} begins every text with token ${firstToken}; the configuration's bos_token_id is ${config.beginToken}.`,
    );
  }
  const metadata = new Map<string, TypedValue>([
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: 'gpt-2' }],
    ['tokenizer.ggml.tokens', { type: 'string[]', value: tokens }],
    ['tokenizer.ggml.token_type', { type: 'int32[]', value: types }],
    ['tokenizer.ggml.merges', { type: 'string[]', value: merges }],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: firstToken !== undefined }],
  ]);
  if (config.beginToken !== undefined) {
    metadata.set('tokenizer.ggml.bos_token_id', { type: 'uint32', value: config.beginToken });
  }
  if (config.endToken !== undefined) {
    metadata.set('tokenizer.ggml.eos_token_id', { type: 'uint32', value: config.endToken });
  }
  return metadata;
}
