import type {
  Drafter,
  DraftLengthController,
  LanguageModel,
  SamplingSettings,
  VerificationRule,
} from '@foretoken/core';
import type { ChatTemplate, FimTokens } from '@foretoken/models';

/** A loaded model and how it answers. The caller closes what it has opened, after the server. */
export interface ServedModel {
  /** What requests call it, and `GET /v1/models` lists. */
  readonly name: string;
  readonly target: LanguageModel;
  /** Drafts for the target; undefined: plain decoding. One that throws is not asked again. */
  readonly drafter?: Drafter | undefined;
  /** Drafts instead where the answer has a structure; default: the tokens that it forces, then `drafter`. */
  readonly structuredDrafter?: Drafter | undefined;
  /**
   * Makes what chooses draft lengths; called once for each way of drafting (free text, structured output), and kept from
   * request to request. Default, or where it returns undefined: the core's learning controller.
   */
  readonly createDraftLength?: (() => DraftLengthController | undefined) | undefined;
  /** That verifies drafts, or its name; default `block`. */
  readonly rule?: VerificationRule | string | undefined;
  /** What requests leave out; default: temperature 1, nothing else. */
  readonly sampling?: SamplingSettings | undefined;
  /** How messages are written; undefined: chat completions are refused. */
  readonly chatTemplate?: ChatTemplate | undefined;
  /** How a gap is asked for; undefined: completions with a suffix are refused. */
  readonly fimTokens?: FimTokens | undefined;
}
