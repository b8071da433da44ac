/**
 * Evidence against a hypothesis that may be looked at after every draw. Where the hypothesis is true, the evidence
 * is a nonnegative process with expectation at most 1 at every stopping time, so the chance that it ever
 * reaches 1 / alpha is at most alpha (Ville 1939): stop when convinced, or go on, as you like.
 *
 * Of several processes that watch the same draws, the average of the evidence is one again; of independent runs,
 * the product is.
 * Source: Ramdas, Gruenwald, Vovk & Shafer 2023, Statistical Science 38, 576-601.
 */
export interface EProcess {
  /** Draws so far. */
  readonly count: number;
  /** Natural logarithm of the evidence now, 0 at the start; Infinity after an impossible outcome. */
  readonly logEvidence: number;
  /** The largest logEvidence so far, at least 0. */
  readonly largestLogEvidence: number;
  /** exp(-largestLogEvidence): reject at alpha as soon as it is alpha or less; valid at any time. */
  readonly pValue: number;
}
