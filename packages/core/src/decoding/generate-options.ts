import type { Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import type { Sequence } from '../contract/sequence.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import type { LogitsTransform } from '../sampling/logits-transform.js';
import type { SamplingSettings } from '../sampling/sampling-settings.js';
import type { DraftLengthController } from '../scheduling/draft-length-controller.js';

export interface GenerateOptions {
  /** The model whose distribution counts. */
  readonly target: LanguageModel;
  /** Text, or token ids, at least one. Text gets the model's begin token where the model expects one. */
  readonly prompt: string | readonly number[];
  /**
   * A sequence of the target that already holds the first tokens of the prompt, fewer than all of them: a fork of a
   * shared beginning, or what an earlier generation left. The caller closes it. At `generation-end` it holds the
   * prompt and the output without its last token; after an error, or where the events are not read to the end, only
   * its first tokens are certain. Default: a new one, closed at the end.
   */
  readonly sequence?: Sequence | undefined;
  /**
   * Hidden states of the last tokens that `sequence` holds, [1 or more][width], not to be changed afterwards: a drafter
   * that needs hidden states drafts from the first round on with the last one, and knows the whole beginning with all
   * of them. Default: none, and such a drafter waits for a round.
   */
  readonly hiddenStates?: readonly Float32Array[] | undefined;
  /** Proposes tokens; without one the decoding is plain. The caller closes it. */
  readonly drafter?: Drafter | undefined;
  /**
   * Tokens to draft a round, or what chooses them. Default: with a `clock`, a learning controller
   * (`createLearningDraftLength`) that is kept with the drafter; without one, 4.
   */
  readonly draftLength?: number | DraftLengthController | undefined;
  /** A rule, or the name of one of `verificationRules` or, not exact, `lossyRules`; default `block`. */
  readonly rule?: VerificationRule | string | undefined;
  /** Default: temperature 1, nothing else. */
  readonly sampling?: SamplingSettings | undefined;
  /**
   * Settings that are compiled already, in place of `sampling`: many short generations, one after the other, then
   * share its row buffers.
   */
  readonly transform?: LogitsTransform | undefined;
  /** Most tokens to commit, at least 1; default: what the context has room for. */
  readonly maximumTokens?: number | undefined;
  /** Texts that end the generation; not part of the output. */
  readonly stop?: readonly string[] | undefined;
  /** True goes on after an end token; default false. */
  readonly ignoreEndTokens?: boolean | undefined;
  /** Whole number; default 0. What a seed promises depends on the rule. */
  readonly seed?: number | bigint | undefined;
  /** Tells apart requests with the same seed; default 0. */
  readonly request?: number | undefined;
  /**
   * Log-probabilities of committed tokens under the model's own softmax (temperature 1, nothing cut),
   * with this many of the most probable tokens beside each, 0 to 20. undefined: none.
   */
  readonly logprobs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds, for the timings in events and counters and for controllers that learn costs; core has no clock of its
   * own.
   */
  readonly clock?: (() => number) | undefined;
  /** Called while the prompt is read, with the tokens done and the tokens in all. */
  readonly onPromptProgress?: ((done: number, total: number) => void) | undefined;
}
