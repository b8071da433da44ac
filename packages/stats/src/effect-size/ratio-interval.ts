/** How many times faster a candidate is than its baseline, with a confidence interval. No unit. */
export interface RatioInterval {
  /** baseline time / candidate time: above 1 where the candidate is faster. */
  readonly estimate: number;
  /** 0 where the pairs are too few for any bound at this confidence. */
  readonly lower: number;
  /** Infinity where the pairs are too few for any bound at this confidence. */
  readonly upper: number;
  /** Chance that the interval covers the true ratio, as asked for. */
  readonly confidence: number;
}
