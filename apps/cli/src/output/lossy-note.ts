import { lossyRules } from '@foretoken/core';
import { note } from './lines.js';

/** True for a rule that does not keep the target's distribution; says so on standard error. */
export function noteLossy(rule: string): boolean {
  const lossy = lossyRules.has(rule);
  if (lossy)
    note(`LOSSY: ${rule} changes the distribution of the output; foretoken bench measures by how much.`);
  return lossy;
}
