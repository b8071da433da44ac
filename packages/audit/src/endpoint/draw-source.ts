import type { ReportedLaw } from './reported-law.js';

/** How tokens are drawn. Penalties and other samplers are off. */
export interface SourceSampling {
  /** Above 0. */
  readonly temperature: number;
  /** Keep the k most probable tokens; undefined: all. */
  readonly topK?: number | undefined;
  /** Keep the most probable tokens with this mass, above 0 to 1; undefined: all. */
  readonly topP?: number | undefined;
  /** Keep tokens with this share of the largest probability, 0 to 1; undefined: all. */
  readonly minP?: number | undefined;
}

export interface DrawnToken {
  /** What tells tokens apart: the id where one is known, else the text. Empty: known to be a token, not which. */
  readonly key: string;
  /** For reports. */
  readonly text: string;
  /** What the source reported for this place along with the draw; undefined where it must be asked for. */
  readonly law: ReportedLaw | undefined;
}

/** One draw of a few tokens. */
export interface Draw {
  /** undefined where only the text is known. */
  readonly tokens: readonly DrawnToken[] | undefined;
  readonly text: string;
  /** True where the text ended before as many tokens as were asked for. */
  readonly ended: boolean;
  /** Draft tokens proposed and kept for this draw, where the source says so. */
  readonly drafted?: { readonly proposed: number; readonly accepted: number } | undefined;
}

export interface DrawRequest {
  /** 0 to 2^31 - 1, another one for every draw. */
  readonly seed: number;
  /** How many tokens to draw, at least 1. */
  readonly tokens: number;
  /** Whether the tokens and what is reported for them are needed, or the text alone. */
  readonly withTokens: boolean;
}

/** One prompt of a source. */
export interface SourcePrompt {
  readonly text: string;
  /**
   * The reported distribution of the token after the prompt and these tokens, under the source's sampling settings.
   *
   * @throws EndpointReplyError where a law after such a history cannot be had.
   */
  askLaw(history: readonly DrawnToken[], signal: AbortSignal): Promise<ReportedLaw>;
  draw(request: DrawRequest, signal: AbortSignal): Promise<Draw>;
}

/** A black box that draws tokens after a prompt and says with which probabilities it means to. */
export interface DrawSource {
  /** What reports call it. */
  readonly name: string;
  openPrompt(text: string, signal: AbortSignal): Promise<SourcePrompt>;
}
