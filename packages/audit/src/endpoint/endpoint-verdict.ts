import type { Bound } from '../verdict/verdict.js';

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

/** What a person can act on. */
export interface EndpointVerdict {
  readonly outcome: 'equivalent' | 'not lossless' | 'not enough evidence';
  /** 0, 1, 3. */
  readonly exitCode: number;
  readonly summary: string;
  /** Chance of a false "not lossless", over all tests together. */
  readonly alpha: number;
  /** Chance that all bounds hold; 1 - confidence is the chance of a false "equivalent". */
  readonly confidence: number;
  /** Largest total variation that counts as equivalent. */
  readonly margin: number;
  /** Tests that share alpha. */
  readonly tests: number;
  readonly bounds: readonly EndpointBound[];
  readonly failures: readonly EndpointFailure[];
  /** Why the evidence is not enough, where it is not. */
  readonly missing: readonly string[];
}

/** What both kinds of audit draw their verdict from. */
export interface EndpointEvidence {
  readonly alpha: number;
  readonly confidence: number;
  readonly margin: number;
  readonly tests: number;
  readonly bounds: readonly EndpointBound[];
  /** Rejected tests, the fewest tokens first. */
  readonly failures: readonly EndpointFailure[];
  /** Reasons beyond wide bounds. */
  readonly missing: readonly string[];
}

/** Not lossless where a test is rejected, equivalent where every bound is within the margin, otherwise neither. */
export function decideEndpoint(evidence: EndpointEvidence): EndpointVerdict {
  const { bounds, failures, margin, confidence } = evidence;
  const wide = bounds
    .filter(({ upper }) => !(upper <= margin))
    .map(
      ({ part, draws, upper }) =>
        `${part}: ${draws} draws show a total variation below ${upper.toFixed(3)}, not below the margin ${margin}`,
    );
  const missing = [...evidence.missing, ...wide];
  const [failure] = failures;
  if (failure !== undefined) {
    const where = failure.position === undefined ? '' : ` from token ${failure.position} on`;
    const summary = `Not lossless${where}: ${failure.evidence}. Most likely cause: ${failure.cause}.`;
    return { ...evidence, outcome: 'not lossless', exitCode: 1, summary, missing };
  }
  if (missing.length > 0) {
    const more = missing.length > 1 ? `, and ${missing.length - 1} more` : '';
    const summary = `Not enough evidence: ${missing[0]}${more}.`;
    return { ...evidence, outcome: 'not enough evidence', exitCode: 3, summary, missing };
  }
  const largest = Math.max(0, ...bounds.map(({ upper }) => upper));
  return {
    ...evidence,
    outcome: 'equivalent',
    exitCode: 0,
    summary: `Equivalent within total variation ${largest.toFixed(3)} at confidence ${confidence} over the declared partitions. A distance over a partition is a lower bound of the full one.`,
    missing,
  };
}
