/** What one system is asked for. */
export interface Request {
  readonly prompt: readonly number[];
  readonly tokenCount: number;
  readonly temperature: number;
  readonly seed: number;
}

/** One answer as its client saw it. */
export interface Generation {
  /** Tokens of the answer, an end token included where the system says it. */
  readonly count: number;
  /** Of them so many came at once with the first one: their round lies before the first token. */
  readonly firstCount: number;
  /** From the request to the first token. */
  readonly firstMilliseconds: number;
  /** From the first token to the last. */
  readonly restMilliseconds: number;
  readonly drafted: number | undefined;
  readonly accepted: number | undefined;
  /** From the first token to the last by the system's own account. */
  readonly reportedMilliseconds: number | undefined;
  /** Ids; a system that streams text leaves out parts of characters. */
  readonly tokens: readonly number[];
}

/** Tokens of one round come within less, those of two rounds never: a pass takes longer on any of these models. */
const sameRoundMilliseconds = 3;

/**
 * What a client saw.
 *
 * @param gaps milliseconds from the request to the first token, and from each token to the next.
 */
export function arrivals(
  gaps: readonly number[],
): Pick<Generation, 'firstCount' | 'firstMilliseconds' | 'restMilliseconds'> {
  const [first = 0, ...rest] = gaps;
  const later = rest.findIndex((gap) => gap > sameRoundMilliseconds);
  return {
    firstCount: later < 0 ? gaps.length : later + 1,
    firstMilliseconds: first,
    restMilliseconds: rest.reduce((sum, gap) => sum + gap, 0),
  };
}

/** A system that is up: one generation at a time. */
export interface RunningSystem {
  readonly pid: number;
  generate(request: Request): Promise<Generation>;
  stop(): Promise<void>;
}
