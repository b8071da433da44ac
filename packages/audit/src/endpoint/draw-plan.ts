import { createRequestRandom } from '@foretoken/core';

/** The randomness of an audit's own, apart from the server's: it depends on the seed and the draw's number alone. */
export interface DrawPlan {
  /** Index of the prompt. */
  readonly prompt: number;
  /** Seed to send, another one for every draw of every side. */
  readonly seed: number;
  /** Uniform number for the place of each token, [tokens]. */
  readonly uniforms: readonly number[];
}

/** Odd, so that multiplying by it maps the 31-bit numbers onto themselves: seeds never repeat. */
const seedStep = 0x9e37_79b1;
const seedMask = 0x7fff_ffff;
const seedStage = 1;

/**
 * @param draw number of the draw, from 0.
 * @param side 0, or 1 for the other of two settings that are compared: their seeds differ, so that a server whose seeds fix
 *   the text gives independent samples.
 */
export function planDraw(
  draw: number,
  side: 0 | 1,
  options: { readonly seed: number; readonly prompts: number; readonly tokens: number },
): DrawPlan {
  const random = createRequestRandom({ seed: options.seed, request: draw });
  // Of another stage than the draws' own numbers, and the same for all draws.
  const base = createRequestRandom({ seed: options.seed }).round(0).uniform('sample', seedStage, 0, 0);
  const uniform = (round: number): number => random.round(round).uniform('sample', 0, 0, 0);
  return {
    prompt: Math.floor(uniform(0) * options.prompts),
    seed: Math.imul(2 * draw + side + 1 + Math.floor(base * (seedMask + 1)), seedStep) & seedMask,
    uniforms: Array.from({ length: options.tokens }, (_, index) => uniform(index + 1)),
  };
}
