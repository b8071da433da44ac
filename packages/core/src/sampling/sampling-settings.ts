/** How logits become probabilities. Every option is off unless given; order of application as listed. */
export interface SamplingSettings {
  /** Tokens that may appear; called with the token history before each position. undefined: all. */
  readonly allowedTokens?: AllowedTokens | undefined;
  /** Added to the logits, by token id; -Infinity forbids a token. */
  readonly logitBias?: ReadonlyMap<number, number> | undefined;
  /** > 0; divides positive logits and multiplies negative ones of tokens seen in the window (CTRL, 1909.05858). Default 1. */
  readonly repetitionPenalty?: number | undefined;
  /** Subtracted from the logit once per earlier occurrence in the window. Default 0. */
  readonly frequencyPenalty?: number | undefined;
  /** Subtracted from the logit of every token seen in the window. Default 0. */
  readonly presencePenalty?: number | undefined;
  /** How many of the last tokens (prompt included) the penalties look at; default 64, Infinity: all. */
  readonly penaltyWindow?: number | undefined;
  /** >= 0; 0 is greedy decoding, a mode of its own. Default 1. */
  readonly temperature?: number | undefined;
  /** Keep the k most probable tokens, ties at the cut kept lowest id first. 0: off. */
  readonly topK?: number | undefined;
  /** Locally typical sampling (2202.00666): mass to keep, in (0, 1]. 1: off. */
  readonly typicalP?: number | undefined;
  /** Nucleus sampling (1904.09751): smallest set of tokens with at least this mass, in (0, 1]. 1: off. */
  readonly topP?: number | undefined;
  /** Keep tokens with at least this share of the largest probability (2407.01082), in [0, 1]. 0: off. */
  readonly minP?: number | undefined;
}

/** A mask over the vocabulary that may depend on the tokens so far (a grammar, say). */
export interface AllowedTokens {
  /**
   * @param history every token before the position, prompt and drafted ones included; under an exact rule none that the mask
   *   forbade.
   * @returns one byte a token id, 0 = forbidden, [vocabularySize], valid until the next call; undefined: all are allowed.
   */
  mask(history: readonly number[]): Uint8Array | undefined;
  /**
   * Where the text that comes next is known: the token that most likely writes it. Others may be allowed that write its
   * beginning, so it is a drafter's guess. undefined where there is a choice of texts. Default: the only token that the
   * mask allows.
   */
  forcedToken?(history: readonly number[]): number | undefined;
}
