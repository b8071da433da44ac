import { type Drafter, generate, type LogitsTransform, type Sequence } from '@foretoken/core';
import type { AuditSubject } from './audit-subject.js';

export interface ContinuationOptions {
  readonly drafter: Drafter;
  /** The subject's sampling settings, compiled. */
  readonly transform: LogitsTransform;
  readonly prompt: readonly number[];
  /** Holds the prompt's first tokens; default: a new sequence. */
  readonly sequence?: Sequence | undefined;
  /** Of what the sequence holds, for a drafter that needs them. */
  readonly hiddenStates?: readonly Float32Array[] | undefined;
  /** Tokens to draw. */
  readonly count: number;
  readonly seed: number;
  /** Number of the draw: every draw has randomness of its own. */
  readonly request: number;
}

/** One draw of the joint law of `count` tokens, by the shipped decode loop. */
export async function drawContinuation(
  { models, rule, draftLength }: AuditSubject,
  { count, ...options }: ContinuationOptions,
): Promise<readonly number[]> {
  const events = generate({
    ...options,
    target: models.target,
    rule,
    draftLength,
    maximumTokens: count,
    ignoreEndTokens: true,
  });
  for await (const event of events) {
    // What is drawn without the drafter says nothing about it.
    if (event.type === 'drafter-failed') throw event.error;
    if (event.type === 'generation-end') return event.tokens;
  }
  throw new Error('unreachable: generate ends with generation-end');
}
