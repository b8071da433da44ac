import type { DecodeCounters } from './decode-counters.js';

/** Why a generation ended. */
export type FinishReason = 'end-token' | 'stop-string' | 'maximum-tokens' | 'context-full' | 'cancelled';

/** Where a committed token came from: `plain` is a round without a draft. */
export type TokenOrigin = 'draft' | 'correction' | 'bonus' | 'plain';

export interface TokenLogprobs {
  /** Natural log of the token's probability under the model's own softmax. */
  readonly logprob: number;
  /** The most probable tokens, descending. */
  readonly top: readonly { readonly token: number; readonly logprob: number }[];
}

export interface DraftEndEvent {
  readonly type: 'draft-end';
  /** From 0. */
  readonly round: number;
  readonly tokens: readonly number[];
  readonly parents: readonly number[];
  readonly drafters: readonly string[];
}

/** The drafter threw and is no longer asked: the decoding goes on without it. */
export interface DrafterFailedEvent {
  readonly type: 'drafter-failed';
  /** The round in which it threw. */
  readonly round: number;
  /** The drafter's name. */
  readonly drafter: string;
  /** What it threw. */
  readonly error: unknown;
}

export interface TokenCommittedEvent {
  readonly type: 'token-committed';
  readonly token: number;
  /** From 0: the index in the output. */
  readonly index: number;
  readonly origin: TokenOrigin;
  /** Name of the drafter of an accepted token. */
  readonly drafter: string | undefined;
  /**
   * Text that became certain with this token. Whole characters only; empty while a character or a
   * possible stop string is incomplete.
   */
  readonly text: string;
  readonly logprobs: TokenLogprobs | undefined;
}

export interface RoundEndEvent {
  readonly type: 'round-end';
  readonly round: number;
  readonly draftedCount: number;
  readonly acceptedCount: number;
  readonly committedCount: number;
  readonly draftMilliseconds: number | undefined;
  readonly passMilliseconds: number | undefined;
  /** All of the round: drafting, pass, and the host's work until its tokens are committed. */
  readonly roundMilliseconds: number | undefined;
}

export interface GenerationEndEvent {
  readonly type: 'generation-end';
  readonly finishReason: FinishReason;
  /** Text held back until now (the start of a stop string that never came, or broken UTF-8). */
  readonly text: string;
  /** Every committed token, an end token included. */
  readonly tokens: readonly number[];
  readonly counters: DecodeCounters;
}

export type DecodeEvent =
  | DraftEndEvent
  | DrafterFailedEvent
  | TokenCommittedEvent
  | RoundEndEvent
  | GenerationEndEvent;
