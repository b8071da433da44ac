import { parseTargetSpec, type TargetSpec } from '../options/target-spec.js';

/**
 * What `foretoken compare` compares where it is given nothing: the embedded target, as Q8_0 on llama.cpp with a cache
 * of f16, against another engine, a coarser and a finer weight format, and a coarser cache.
 */
export const shippedComparison: {
  readonly reference: TargetSpec;
  readonly candidates: readonly TargetSpec[];
} = {
  reference: parseTargetSpec('embedded'),
  candidates: [
    'embedded,backend=onnx',
    'embedded,format=Q4_0',
    'embedded,format=F16',
    'embedded,kv=q8_0',
  ].map(parseTargetSpec),
};
