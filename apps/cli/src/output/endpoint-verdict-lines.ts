import type { EndpointVerdict } from '@foretoken/audit';
import { outcomeText } from './outcome-text.js';

/** What a person acts on, with all that it rests on. */
export function endpointVerdictLines(verdict: EndpointVerdict): string[] {
  const { outcome, alpha, confidence, margin, tests, bounds, failures, missing } = verdict;
  return [
    outcomeText(verdict),
    ...failures.map(
      ({ test, evidence, prompt, pValue }) =>
        `- ${test}: ${evidence}${prompt === undefined ? '' : ` (prompt ending in ${JSON.stringify(prompt.slice(-30))})`}; adjusted p ${pValue.toExponential(1)}`,
    ),
    // A proven difference needs no more evidence.
    ...(outcome === 'not enough evidence' ? missing.map((reason) => `- missing: ${reason}`) : []),
    ...bounds.map(
      ({ part, partition, draws, lower, upper }) =>
        `Bound: ${part}, ${partition}: total variation ${lower.toFixed(3)} to ${upper.toFixed(3)} after ${draws} draws.`,
    ),
    `"Not lossless" is wrong with probability ${alpha} at most (Holm over ${tests} tests); the bounds hold together with probability ${confidence}, and count as equivalent up to ${margin}.`,
  ];
}
