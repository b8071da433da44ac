import type { Distribution } from './distribution.js';
import type { KeyedRandom } from '../random/keyed-random.js';
import type { LogitsTransform } from '../sampling/logits-transform.js';

/** What a drafter sees when it proposes. */
export interface DraftContext {
  /** Every committed token: the prompt, then the output so far. Not to be changed or kept. */
  readonly tokens: readonly number[];
  /** How many of `tokens` are the prompt. */
  readonly promptLength: number;
  /** The request's logits-to-probabilities transformation: the same one the target's rows pass through. */
  readonly transform: LogitsTransform;
  /** Randomness of this round, already keyed by (seed, request, committed length). */
  readonly random: KeyedRandom;
  /**
   * Target hidden states for a drafter with `needsHiddenStates`, [rows][width]. The last row is that of the last
   * committed token but one, the others those of the tokens before it: all that the target read in its last pass, and
   * for a drafter with `readHiddenStates` all since it was last given some, the last of those again. Undefined where the target has read nothing
   * for this drafter yet.
   */
  readonly targetHiddenRows: readonly Float32Array[] | undefined;
  /** Asked after every drafted token (which the drafter keeps): true ends the draft there. */
  readonly shouldStop: ((drafted: DraftedToken) => boolean) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** One drafted token, as a stop callback sees it. */
export interface DraftedToken {
  readonly token: number;
  /** Probability that the drafter gave the token, in [0, 1]. */
  readonly probability: number;
  /**
   * How sure a drafter without a model is of a token, 0 to 1: more where more of the text agrees. Only the order counts,
   * what it is worth is learnt. Undefined: there is no more to know than `probability`.
   */
  readonly confidence?: number | undefined;
  /** 0 for the first token of the draft. */
  readonly depth: number;
  /**
   * How the drafter's model saw the position: the distribution that the token was drawn from, in greedy decoding that at
   * temperature 1, which is not one-hot. It is worked out when asked for, and valid during the call. Undefined: there is
   * no more to know than `probability`.
   */
  readonly modelLaw?: (() => Distribution) | undefined;
}
