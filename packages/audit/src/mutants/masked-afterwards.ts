import { type Distribution, probabilityOf } from '@foretoken/core';

/**
 * What a draw is left with under a mask that is applied after the rule: the weights of allowed tokens, or the masked
 * target where none has any.
 */
export function maskedAfterwards(
  { tokens, probabilities }: Distribution,
  masked: Distribution,
): Distribution {
  const weights = probabilities.map((weight, index) =>
    probabilityOf(masked, tokens?.[index] ?? index) > 0 ? weight : 0,
  );
  return weights.some((weight) => weight > 0) ? { tokens, probabilities: weights } : masked;
}
