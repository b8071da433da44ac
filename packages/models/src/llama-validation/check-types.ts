import type { MetadataCheck } from './metadata-check.js';

/** Types that no matrix product takes. */
const notForMatrices: ReadonlySet<string> = new Set(['I8', 'I16', 'I32', 'I64', 'F64']);

/**
 * That every tensor has a type that its place can take: the engine finds out only when it computes. Vectors
 * are added and multiplied elementwise, in F32; llama.cpp's own conversion writes them so.
 */
export function checkTypes(check: MetadataCheck): void {
  for (const { name, shape, type } of check.file.tensors.values()) {
    if (shape.length === 1 ? type.name !== 'F32' : notForMatrices.has(type.name)) {
      throw check.fail(`${name} is stored as ${type.name}, which its place does not take`);
    }
  }
}
