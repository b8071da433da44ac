import { conclude, type VerdictEvidence } from '../verdict/conclude.js';
import type { AuditVerdict, Bound } from '../verdict/verdict.js';

/** How close a server is shown to be; it has no layers. */
export type EndpointBound = Omit<Bound, 'layer'>;

/** What is wrong, as exactly as samples can say. */
export interface EndpointFailure {
  /** The test that rejected. */
  readonly test: string;
  /** The first wrong token, from 1; undefined where only texts are known. */
  readonly position: number | undefined;
  /** The prompt where it shows most. */
  readonly prompt: string | undefined;
  /** The tokens between the prompt and the wrong one; undefined: all histories together. */
  readonly history: readonly string[] | undefined;
  /** The token, or the text, that is furthest off. */
  readonly token: string | undefined;
  /** Observed against expected. */
  readonly evidence: string;
  /** Adjusted for all tests of the audit; 0 for what is proven. */
  readonly pValue: number;
  readonly cause: string;
}

export type EndpointVerdict = AuditVerdict<EndpointBound, EndpointFailure>;

/** @param evidence with its failures by position, and in `missing` the reasons beyond wide bounds. */
export function decideEndpoint(evidence: VerdictEvidence<EndpointBound, EndpointFailure>): EndpointVerdict {
  const { bounds, margin } = evidence;
  const wide = bounds
    .filter(({ upper }) => !(upper <= margin))
    .map(
      ({ part, draws, upper }) =>
        `${part}: ${draws} draws show a total variation below ${upper.toFixed(3)}, not below the margin ${margin}`,
    );
  return conclude({ ...evidence, missing: [...evidence.missing, ...wide] }, (failure) => {
    const where = failure.position === undefined ? '' : ` from token ${failure.position} on`;
    return `Not lossless${where}: ${failure.evidence}. Most likely cause: ${failure.cause}.`;
  });
}
