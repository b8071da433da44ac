/** Both tails of a continuous law at one point, each computed so that it keeps its digits when it is small. */
export interface Tails {
  /** P(X <= x). */
  readonly lower: number;
  /** P(X > x). */
  readonly upper: number;
  /** Density of log X at log x (gamma), or of log(X / (1 - X)) (beta). */
  readonly density: number;
}
