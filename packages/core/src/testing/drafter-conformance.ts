import type { ConformanceCase } from './conformance-case.js';
import { drawsWhatItReports } from './drafter-conformance/honest-distributions.js';
import {
  cancelsAndCloses,
  keepsTheBudget,
  keepsTheText,
  staysInStep,
  stopsWhenToldTo,
} from './drafter-conformance/life-cycle.js';
import type { DrafterConformanceOptions } from './drafter-conformance/proposals.js';

export type { DrafterConformanceOptions } from './drafter-conformance/proposals.js';

/**
 * What every drafter must pass, one case a law, for any test runner. A drafter that passes, under a rule that is
 * proven by enumeration, keeps the target's distribution.
 */
export function drafterConformance(options: DrafterConformanceOptions): readonly ConformanceCase[] {
  const laws: Readonly<Record<string, (options: DrafterConformanceOptions) => Promise<void>>> = {
    'drafts are sound and keep the budget': keepsTheBudget,
    'every token is drawn from the distribution that is reported for it': drawsWhatItReports,
    'it stays in step whatever was committed': staysInStep,
    'it stops when told to, and keeps the token it stopped at': stopsWhenToldTo,
    'greedy text is the plain one, and sample-match keeps the text of a seed': keepsTheText,
    'it can be cancelled and closed': cancelsAndCloses,
  };
  return Object.entries(laws).map(([name, law]) => ({ name, run: () => law(options) }));
}
