/** A cell of a test: one outcome, or several that were pooled before looking at the counts. */
export interface TestedCell {
  /** Indices of the outcomes in the caller's lists. */
  readonly members: readonly number[];
  /** Observations in the cell. */
  readonly observed: number;
  /** Observations expected under the law. */
  readonly expected: number;
}

/** An outcome that was observed although the law gives it probability 0. */
export interface ImpossibleCell {
  /** Index of the outcome in the caller's lists. */
  readonly cell: number;
  /** How often it was observed, at least once. */
  readonly observed: number;
}

/** What every test of counts against a known law reports. */
export interface GoodnessOfFit {
  /** The test statistic; Infinity where an impossible outcome was observed. */
  readonly statistic: number;
  /**
   * Chance of a statistic at least as large if the draws follow the law, 0 to 1. 0 where an impossible outcome was
   * observed.
   */
  readonly pValue: number;
  /** Observations in all. */
  readonly count: number;
  /** The cells that were compared, by falling expectation. One cell alone can show no difference. */
  readonly cells: readonly TestedCell[];
  /** Probability of the outcomes that were pooled with others, 0 to 1. */
  readonly pooledProbability: number;
  /** Observed outcomes of probability 0: any of them disproves the law. */
  readonly impossible: readonly ImpossibleCell[];
}

/** How cells are formed and counted. */
export interface PoolingOptions {
  /** Outcomes are pooled until each cell expects as many observations (see poolCells); at least 0. */
  readonly minimumExpected?: number | undefined;
}
