import type { Estimate } from './predict-speed.js';

/** What the first draft of a text takes beside a round. */
export interface PromptReadingCost {
  /** Milliseconds that a drafter reads the prompt. */
  readonly readingMilliseconds: number;
  /** Of a plain round. */
  readonly plainMilliseconds: number;
}

/**
 * The speed over plain decoding in a text of so many tokens, with what the drafter takes to read the prompt: predictions leave
 * it out, since it weighs by how long the answer is. Reading 330 tokens takes the embedded draft model as long as four plain
 * rounds, 5 % of a text of 64.
 *
 * @param tokens of the answer, at least 1.
 */
export function afterReading(
  speedup: Estimate,
  { readingMilliseconds, plainMilliseconds }: PromptReadingCost,
  tokens: number,
): Estimate {
  const reading = readingMilliseconds / (tokens * plainMilliseconds);
  const after = (value: number): number => 1 / (1 / value + reading);
  return {
    estimate: after(speedup.estimate),
    lower: after(speedup.lower),
    upper: after(speedup.upper),
  };
}
