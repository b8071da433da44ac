import type { LanguageModel } from '@foretoken/core';
import type { NamedComparison } from './compare-candidates.js';

/** One line for every prompt whose greedy text differs. */
export function greedyDifferenceLines(
  { candidate, comparison }: NamedComparison,
  reference: LanguageModel,
): string[] {
  return comparison.greedy.differences.map(({ prompt, index, tokens, logitGap, cause }) => {
    const [first, second] = tokens.map((token) => JSON.stringify(reference.tokenizer.decode([token])));
    const reason = cause === 'numerics' ? 'rounding decides' : 'another distribution';
    return `${candidate}, prompt ${prompt + 1}: token ${index + 1} is ${second} instead of ${first}: ${reason} (logit gap ${logitGap.toExponential(1)})`;
  });
}
