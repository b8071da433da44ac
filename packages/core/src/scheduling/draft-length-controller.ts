import type { DraftedToken } from '../contract/draft-context.js';

/** Tokens of a draft of which it is known whether they are right, and how many are, from the first on. */
export interface KnownTokens {
  readonly draftedCount: number;
  readonly acceptedCount: number;
}

/** What one round cost and gave; times are undefined where the loop has no clock. */
export interface RoundMeasurement {
  /** Tokens asked of the drafter; 0 = no drafting. */
  readonly askedLength: number;
  readonly draftedCount: number;
  readonly acceptedCount: number;
  /** Accepted + correction or bonus. */
  readonly committedCount: number;
  /** Of the whole draft, where tokens of it were left out of the pass (`lengthToVerify`); the counts above are of the pass. */
  readonly known?: KnownTokens | undefined;
  readonly draftMilliseconds: number | undefined;
  readonly passMilliseconds: number | undefined;
  /** From the proposal to the commit. */
  readonly roundMilliseconds: number | undefined;
}

/** What a controller is told of a generation before its first round. */
export interface GenerationStart {
  readonly promptLength: number;
  /** Tokens of the prompt that the target holds from before, and the drafter with it; default 0. */
  readonly keptLength?: number | undefined;
  /** Most tokens that it may commit. */
  readonly maximumTokens: number;
  /** Most tokens of a text that the drafter reads before it drafts; default: all of them. */
  readonly window?: number | undefined;
  /** As `Drafter.relativeSize`. */
  readonly relativeSize?: number | undefined;
}

/**
 * Chooses how many tokens to draft, round by round. It may learn from anything already committed or
 * verified; that keeps the output exact.
 */
export interface DraftLengthController {
  readonly name: string;
  /** Called before the first round of every generation that uses it, one after another. */
  readonly begin?: ((start: GenerationStart) => void) | undefined;
  /** Tokens to ask of the drafter in the next round, 0 (no drafting) to `limit`. */
  next(limit: number): number;
  /** Asked after every drafted token, which the drafter keeps: true ends the draft there. */
  readonly shouldStop?: ((drafted: DraftedToken) => boolean) | undefined;
  /**
   * Asked about a chain of `drafted` tokens that are all certain, such as any in greedy decoding: how many of them, from the
   * first on, are worth verifying, 0 to `drafted`; default: all. Tokens that were drawn are all verified.
   */
  readonly lengthToVerify?: ((drafted: number) => number) | undefined;
  observe(round: RoundMeasurement): void;
}
