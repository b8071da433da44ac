const marker = Symbol.for('foretoken.statistics-error');

/** What kind of input was refused. */
export type StatisticsErrorReason =
  /** A number that is NaN, infinite, not an integer, or outside its documented range. */
  | 'out-of-range'
  /** A probability that is negative, NaN or above 1. */
  | 'invalid-probability'
  /** Probabilities that do not sum to 1. */
  | 'not-normalised'
  /** A count that is negative or not an integer. */
  | 'invalid-count'
  /** Nothing was observed, or a list or table is empty. */
  | 'empty'
  /** Two inputs that must have the same length or keys do not. */
  | 'mismatch'
  /** An exact computation larger than its stated limit. */
  | 'too-large';

/**
 * The error that every function of this package throws for input it cannot use. The message says what was
 * wrong, where, and what to do. Recognise it with `StatisticsError.isInstance`, which works across
 * duplicate installs.
 */
export class StatisticsError extends Error {
  override readonly name = 'StatisticsError';
  readonly reason: StatisticsErrorReason;
  /** The argument or option that was refused, as the documentation names it. */
  readonly argument: string;
  /** The refused value: for a list, the element. */
  readonly value: unknown;
  /** Index or key of the element that was refused, where the argument is a list, table or map. */
  readonly index: number | string | undefined;

  static {
    Object.defineProperty(this.prototype, marker, { value: true });
  }

  constructor(
    message: string,
    details: {
      readonly reason: StatisticsErrorReason;
      readonly argument: string;
      readonly value?: unknown;
      readonly index?: number | string | undefined;
    },
  ) {
    super(message);
    this.reason = details.reason;
    this.argument = details.argument;
    this.value = details.value;
    this.index = details.index;
  }

  static isInstance(value: unknown): value is StatisticsError {
    return typeof value === 'object' && value !== null && marker in value;
  }
}
