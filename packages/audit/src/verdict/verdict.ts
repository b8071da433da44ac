/** Where something is wrong, as exactly as the audit can say. */
export interface Failure {
  readonly layer: 'enumeration' | 'tables' | 'rows reused' | 'own passes' | 'greedy text';
  readonly subject: string;
  /** The proof case, the table, or the engine. */
  readonly where: string;
  /** The first wrong token, from 1; undefined where that is not known. */
  readonly position: number | undefined;
  /** The token ids, cell or prefix that is furthest off, with observed and expected counts. */
  readonly evidence: string;
  /** Text of the prefix, where there is one. */
  readonly prefix: string | undefined;
  /** The token that is furthest off. */
  readonly token: { readonly id: number; readonly text: string } | undefined;
  /** Adjusted for all tests of the audit; 0 for what is proven. */
  readonly pValue: number;
  /** The most likely cause. */
  readonly cause: string;
}

/** A part of the audit and how close to the target it is shown to be. */
export interface Bound {
  readonly layer: 'tables' | 'rows reused' | 'own passes';
  readonly part: string;
  /** The declared partition: how many cells, of what. */
  readonly partition: string;
  readonly cells: number;
  readonly draws: number;
  /** Total variation over the partition is at most this, with the confidence of all bounds together. */
  readonly upper: number;
  readonly lower: number;
}

/** What a person can act on. */
export interface AuditVerdict<OwnBound, OwnFailure> {
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
  /** Tests that share alpha, and bounds that share 1 - confidence. */
  readonly tests: number;
  readonly bounds: readonly OwnBound[];
  readonly failures: readonly OwnFailure[];
  /** Why the evidence is not enough, where it is not. */
  readonly missing: readonly string[];
}

/** Of a rule, a drafter and an engine. */
export type Verdict = AuditVerdict<Bound, Failure>;
