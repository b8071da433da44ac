import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import type { GgufFile, GgufValue } from './gguf-file.js';

/**
 * Checks what llama.cpp assumes of a model's metadata and shapes: it asserts instead of reporting, and an
 * assertion ends the process. Deep for the llama and qwen2 architectures, general for the others.
 *
 * @throws InvalidModelFileError, UnsupportedError.
 */
export function validateForLlama(file: GgufFile): void {
  const check = new MetadataCheck(file);
  const architecture = check.text('general.architecture');
  if (!/^[a-z0-9._-]{1,64}$/.test(architecture))
    throw check.fail(`the architecture is ${JSON.stringify(architecture)}`);
  if ((check.optionalWhole('split.count') ?? 1) > 1) {
    throw new UnsupportedError(
      `${file.path} is one part of a split model: merge the parts with llama-gguf-split first.`,
    );
  }
  const layers = check.whole(`${architecture}.block_count`, 1, 512);
  check.whole(`${architecture}.context_length`, 1, 2 ** 31 - 1);
  const width = check.whole(`${architecture}.embedding_length`, 1, 2 ** 20);
  if (architecture === 'llama' || architecture === 'qwen2') checkDense(check, architecture, layers, width);
  checkVocabulary(check, width);
}

/** Shapes of the dense llama-like block, from the hyperparameters. */
function checkDense(check: MetadataCheck, architecture: string, layers: number, width: number): void {
  const feedForward = check.whole(`${architecture}.feed_forward_length`, 1, 2 ** 22);
  const heads = check.whole(`${architecture}.attention.head_count`, 1, 4096);
  const keyValueHeads = check.optionalWhole(`${architecture}.attention.head_count_kv`) ?? heads;
  if (keyValueHeads < 1 || heads % keyValueHeads !== 0) {
    throw check.fail(`${heads} heads cannot share ${keyValueHeads} key-value heads`);
  }
  const keyWidth = check.optionalWhole(`${architecture}.attention.key_length`) ?? width / heads;
  const valueWidth = check.optionalWhole(`${architecture}.attention.value_length`) ?? width / heads;
  for (const headWidth of [keyWidth, valueWidth]) {
    if (!Number.isInteger(headWidth) || headWidth < 2 || headWidth > 1024 || headWidth % 2 !== 0) {
      throw check.fail(`a head cannot be ${headWidth} wide`);
    }
  }
  const rotated = check.optionalWhole(`${architecture}.rope.dimension_count`) ?? keyWidth;
  if (rotated < 2 || rotated > keyWidth || rotated % 2 !== 0)
    throw check.fail(`${rotated} of ${keyWidth} elements cannot be rotated`);
  check.positive(`${architecture}.attention.layer_norm_rms_epsilon`);
  check.optionalPositive(`${architecture}.rope.freq_base`);
  if (check.optionalWhole(`${architecture}.expert_count`)) return;
  check.shape('output_norm.weight', [width]);
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `blk.${layer}.${part}.weight`;
    check.shape(name('attn_norm'), [width]);
    check.shape(name('attn_q'), [width, heads * keyWidth]);
    check.shape(name('attn_k'), [width, keyValueHeads * keyWidth]);
    check.shape(name('attn_v'), [width, keyValueHeads * valueWidth]);
    check.shape(name('attn_output'), [heads * valueWidth, width]);
    check.shape(name('ffn_norm'), [width]);
    check.shape(name('ffn_gate'), [width, feedForward]);
    check.shape(name('ffn_up'), [width, feedForward]);
    check.shape(name('ffn_down'), [feedForward, width]);
  }
}

function checkVocabulary(check: MetadataCheck, width: number): void {
  const tokens = check.strings('tokenizer.ggml.tokens');
  const count = tokens.length;
  if (count === 0) throw check.fail('the vocabulary is empty');
  check.shape('token_embd.weight', [width, count]);
  const output = check.file.tensors.get('output.weight');
  if (output !== undefined) check.shape('output.weight', [width, count]);
  const types = check.optionalArray('tokenizer.ggml.token_type');
  if (types !== undefined && types.length !== count)
    throw check.fail(`${types.length} token types for ${count} tokens`);
  const scores = check.optionalArray('tokenizer.ggml.scores');
  if (scores !== undefined && scores.length !== count)
    throw check.fail(`${scores.length} scores for ${count} tokens`);
  if (check.text('tokenizer.ggml.model') === 'gpt2') {
    for (const merge of check.strings('tokenizer.ggml.merges')) {
      const space = merge.indexOf(' ', 1);
      if (space < 1 || space === merge.length - 1)
        throw check.fail(`the merge ${JSON.stringify(merge)} is not a pair`);
    }
  }
  for (const [key, value] of check.file.metadata) {
    if (!/^tokenizer\.ggml\..*token_id$/.test(key)) continue;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= count) {
      throw check.fail(`${key} is ${String(value)}, with ${count} tokens`);
    }
  }
}

/** Typed access to metadata, with errors that name the key. */
class MetadataCheck {
  readonly file: GgufFile;

  constructor(file: GgufFile) {
    this.file = file;
  }

  fail(problem: string): InvalidModelFileError {
    return new InvalidModelFileError(
      `${this.file.path}: ${problem}. llama.cpp cannot run such a model: get the file again.`,
    );
  }

  text(key: string): string {
    const value = this.#required(key);
    if (typeof value !== 'string') throw this.fail(`${key} is not a text`);
    return value;
  }

  whole(key: string, least: number, most: number): number {
    const value = this.#required(key);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw this.fail(`${key} is ${String(value)}, not a whole number from ${least} to ${most}`);
    }
    return value;
  }

  optionalWhole(key: string): number | undefined {
    return this.file.metadata.has(key) ? this.whole(key, 0, 2 ** 31 - 1) : undefined;
  }

  positive(key: string): number {
    const value = this.#required(key);
    if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) {
      throw this.fail(`${key} is ${String(value)}, not a number above 0`);
    }
    return value;
  }

  optionalPositive(key: string): number | undefined {
    return this.file.metadata.has(key) ? this.positive(key) : undefined;
  }

  strings(key: string): readonly string[] {
    const value = this.#required(key);
    if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
      throw this.fail(`${key} is not a list of texts`);
    }
    return value as readonly string[];
  }

  optionalArray(key: string): readonly unknown[] | undefined {
    const value = this.file.metadata.get(key);
    if (value !== undefined && !Array.isArray(value)) throw this.fail(`${key} is not a list`);
    return value as readonly unknown[] | undefined;
  }

  shape(name: string, expected: readonly number[]): void {
    const tensor = this.file.tensors.get(name);
    if (tensor === undefined) throw this.fail(`the tensor ${name} is missing`);
    if (tensor.shape.join(' x ') !== expected.join(' x ')) {
      throw this.fail(`${name} is ${tensor.shape.join(' x ')}, not ${expected.join(' x ')}`);
    }
  }

  #required(key: string): GgufValue {
    const value = this.file.metadata.get(key);
    if (value === undefined) throw this.fail(`the metadata has no ${key}`);
    return value;
  }
}
