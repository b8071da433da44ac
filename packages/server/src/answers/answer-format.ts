import type { FinishReason } from '@foretoken/core';
import type { ReportedToken } from './reported-token.js';

/** What an answer says, whole or in part. */
export interface AnswerPart {
  readonly text: string;
  /** Empty where no log-probabilities were asked for. */
  readonly tokens: readonly ReportedToken[];
  /** Undefined where it goes on. */
  readonly finishReason: FinishReason | undefined;
}

/** How one kind of completion writes its answers. */
export interface AnswerFormat {
  /** The parts that open a stream, if it has any. */
  readonly opening: readonly object[];
  /** The choices of one part of a stream. */
  part(part: AnswerPart): object;
  /** The choice of an answer in one piece. */
  whole(part: AnswerPart): object;
  /** Names of the object, as OpenAI has them. */
  readonly object: { readonly whole: string; readonly part: string };
  readonly idPrefix: string;
}

/** As OpenAI names it; null where the answer goes on. */
export function finishReasonOf(reason: FinishReason | undefined): 'stop' | 'length' | null {
  switch (reason) {
    case undefined:
      return null;
    case 'maximum-tokens':
    case 'context-full':
      return 'length';
    case 'end-token':
    case 'stop-string':
    // Nobody reads the end of an answer that was cancelled.
    case 'cancelled':
      return 'stop';
  }
}
