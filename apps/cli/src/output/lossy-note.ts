import { lossyRules } from '@foretoken/core';
import { note } from './lines.js';

/**
 * True for a rule, or a tolerance of a route, that does not keep the target's distribution; says so on standard error.
 */
export function noteLossy(rule: string, route?: number): boolean {
  const lossy = [
    ...(lossyRules.has(rule) ? [rule] : []),
    ...(route === undefined ? [] : [`--route ${route}`]),
  ];
  for (const what of lossy)
    note(`LOSSY: ${what} changes the distribution of the output; foretoken bench measures by how much.`);
  return lossy.length > 0;
}
