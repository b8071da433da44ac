import type { AuditVerdict } from './verdict.js';

/** What a verdict is drawn from, the worst failure first. */
export type VerdictEvidence<Bound, Failure> = Omit<
  AuditVerdict<Bound, Failure>,
  'outcome' | 'exitCode' | 'summary'
>;

/** Not lossless where something failed, equivalent where nothing is missing, otherwise neither. */
export function conclude<Bound extends { readonly upper: number }, Failure>(
  evidence: VerdictEvidence<Bound, Failure>,
  failureSummary: (failure: Failure) => string,
): AuditVerdict<Bound, Failure> {
  const { bounds, failures, missing, confidence } = evidence;
  const [failure] = failures;
  if (failure !== undefined) {
    return { ...evidence, outcome: 'not lossless', exitCode: 1, summary: failureSummary(failure) };
  }
  if (missing.length > 0) {
    const more = missing.length > 1 ? `; and ${missing.length - 1} more` : '';
    const summary = `Not enough evidence: ${missing[0]}${more}.`;
    return { ...evidence, outcome: 'not enough evidence', exitCode: 3, summary };
  }
  const largest = Math.max(0, ...bounds.map(({ upper }) => upper));
  return {
    ...evidence,
    outcome: 'equivalent',
    exitCode: 0,
    summary: `Equivalent within total variation ${largest.toFixed(3)} at confidence ${confidence} over the declared partitions. A distance over a partition is a lower bound of the full one.`,
  };
}
