import type { DecoderContext } from './decoder-context.js';
import { float, int } from '../file/graph-builder.js';

/**
 * Root-mean-square norm (Zhang and Sennrich 2019) with a stored gain.
 *
 * @param length of what is normed, the last axis.
 */
export function norm(
  context: DecoderContext,
  input: string,
  gain: string,
  output: string,
  length: number = context.shape.width,
): string {
  const { builder, shape } = context;
  const weight = context.vector(gain, [{ name: `${gain}.weight`, length }]);
  return builder.node('RMSNormalization', output, [input, weight], {
    axis: int(-1),
    epsilon: float(shape.normEpsilon),
  });
}

/** The sum of residual and update, and its norm. */
export function addAndNorm(
  context: DecoderContext,
  residual: string,
  update: string,
  gain: string,
  normed: string,
): { readonly sum: string; readonly normed: string } {
  const { builder, shape, manifest } = context;
  const sum = `${normed}.sum`;
  if (manifest.decomposed) {
    builder.node('Add', sum, [residual, update]);
    return { sum, normed: norm(context, sum, gain, normed) };
  }
  const weight = context.vector(gain, [{ name: `${gain}.weight`, length: shape.width }]);
  builder.contrib('SkipSimplifiedLayerNormalization', [normed, '', '', sum], [update, residual, weight], {
    epsilon: float(shape.normEpsilon),
  });
  return { sum, normed };
}
