import type { Verdict } from '@foretoken/audit';
import { colours } from './colours.js';

/** The summary of an audit, in the colour of its outcome. */
export function outcomeText({ outcome, summary }: Pick<Verdict, 'outcome' | 'summary'>): string {
  const colour =
    outcome === 'equivalent' ? colours.green : outcome === 'not lossless' ? colours.red : colours.yellow;
  return colour(colours.bold(summary));
}
