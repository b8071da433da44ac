import { UnsupportedError } from '@foretoken/core';
import type { GgufFile } from '../gguf/gguf-file.js';
import { checkDense } from './check-dense.js';
import { checkTypes } from './check-types.js';
import { checkVocabulary } from './check-vocabulary.js';
import { MetadataCheck } from './metadata-check.js';
import { showValue } from '../show-value.js';

const leastAlignment = 32;
const mostLayers = 512;
const mostExperts = 1024;
const denseArchitectures: readonly string[] = ['llama', 'qwen2', 'gemma', 'gemma2', 'gemma3'];
const rotaryScalings: readonly string[] = ['none', 'linear', 'yarn', 'longrope'];

/**
 * Checks what llama.cpp assumes of a model's metadata, shapes and types: it asserts instead of reporting, and
 * an assertion ends the process. Deep for the dense architectures of the llama, qwen2
 * and gemma families, general for the others.
 *
 * @param options.partialRotation true accepts heads of which only a part is rotated. llama.cpp does not run
 *   them in the dense architectures; another engine that reads such files may.
 * @throws InvalidModelFileError, UnsupportedError.
 */
export function validateForLlama(
  file: GgufFile,
  { partialRotation = false }: { readonly partialRotation?: boolean } = {},
): void {
  const check = new MetadataCheck(file);
  const architecture = check.text('general.architecture');
  if (!/^[a-z0-9._-]{1,64}$/.test(architecture))
    throw check.fail(`the architecture is ${showValue(architecture)}`);
  if (file.alignment < leastAlignment) {
    throw new UnsupportedError(
      `${file.path}: the weights are aligned to ${file.alignment} bytes; llama.cpp maps files that are aligned to ${leastAlignment} at least.`,
    );
  }
  const layers = check.whole(`${architecture}.block_count`, 1, mostLayers);
  check.whole(`${architecture}.context_length`, 1, 2 ** 31 - 1);
  const width = check.whole(`${architecture}.embedding_length`, 1, 2 ** 20);
  checkAsserted(check, architecture, layers);
  checkTypes(check);
  if (denseArchitectures.includes(architecture)) {
    checkDense(check, architecture, layers, width, partialRotation);
  }
  checkVocabulary(check, width);
}

/** What the loader asserts of every architecture. */
function checkAsserted(check: MetadataCheck, architecture: string, layers: number): void {
  const key = (name: string): string => `${architecture}.${name}`;
  if (check.file.metadata.get(key('attention.causal')) === false) {
    throw new UnsupportedError(
      `${check.file.path}: every token of this model sees the tokens after it; a text cannot be continued.`,
    );
  }
  for (const name of check.file.metadata.keys()) {
    if (name.startsWith(architecture) && name.endsWith('_epsilon')) check.positive(name);
  }
  const scaling = check.optionalText(key('rope.scaling.type')) ?? 'none';
  if (!rotaryScalings.includes(scaling)) {
    throw check.fail(`${key('rope.scaling.type')} is ${showValue(scaling)}`);
  }
  const ahead = check.optionalWhole(key('nextn_predict_layers')) ?? 0;
  if (ahead > layers) throw check.fail(`${ahead} of ${layers} layers predict ahead`);
  const experts = check.optionalWhole(key('expert_count')) ?? 0;
  const used = check.largest(key('expert_used_count'));
  const groups = check.optionalWhole(key('expert_group_count')) ?? 0;
  const usedGroups = check.optionalWhole(key('expert_group_used_count')) ?? 0;
  const sound =
    experts === 0
      ? used === 0 && groups === 0
      : experts <= mostExperts &&
        used >= 1 &&
        used <= experts &&
        groups < experts &&
        (groups <= 1 || (experts % groups === 0 && usedGroups >= 1 && usedGroups < groups));
  if (!sound) {
    throw check.fail(
      `${experts} experts in ${groups} groups, of which ${used} experts in ${usedGroups} groups are used, do not fit together`,
    );
  }
}
