/** A confidence sequence at one number of draws. */
export interface LawPoint {
  readonly count: number;
  /** Distance of the observed shares from the target's law: above the true distance on average. */
  readonly estimate: number;
  /** Total variation distance between the law drawn from and the target's, bounds that hold at every count. */
  readonly lower: number;
  readonly upper: number;
  /** Natural logarithm of the evidence against equal laws; 1 / alpha is reached with probability alpha at most. */
  readonly logEvidence: number;
}

/** The cell of a partition whose share is furthest from its target, in standard deviations. */
export interface WorstCell {
  readonly cell: string;
  readonly observed: number;
  readonly expected: number;
  /** (observed - expected) / sqrt(expected (1 - probability)). */
  readonly residual: number;
}

/** What draws over one declared partition showed. */
export interface LawResult {
  readonly name: string;
  /** How many tokens the law is about, from the first one. */
  readonly position: number;
  readonly count: number;
  readonly planned: number;
  /** Draws of outcomes that the target gives probability 0. */
  readonly impossible: number;
  /** The largest natural logarithm of the evidence against equal laws. */
  readonly logEvidence: number;
  /** p-value that holds at any time. */
  readonly sequentialP: number;
  /** G test's p-value; only where the planned draws are there, since it does not hold at a time of one's choosing. */
  readonly fixedP: number | undefined;
  /** Of both together. */
  readonly pValue: number;
  /** Of the points' bounds. */
  readonly confidence: number;
  /** The last point; undefined where nothing was drawn. */
  readonly interval: LawPoint | undefined;
  readonly worst: WorstCell | undefined;
  /** Draws by cell, and the target's probabilities of the cells. */
  readonly counts: readonly number[];
  readonly probabilities: readonly number[];
  readonly points: readonly LawPoint[];
}
