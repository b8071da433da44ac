import type { Distribution } from '../contract/distribution.js';
import { probabilityOf } from '../sampling/draw.js';

/** Sum of max(scale x target - draft, 0), without making the weights. O(support). */
export function residualMass(target: Distribution, draft: Distribution, scale: number): number {
  if (target.tokens !== undefined || draft.tokens !== undefined) return residual(target, draft, scale).mass;
  const { probabilities } = target;
  const draftProbabilities = draft.probabilities;
  let mass = 0;
  for (let token = 0; token < probabilities.length; token++) {
    mass += positivePart(scale * (probabilities[token] as number) - (draftProbabilities[token] as number));
  }
  return mass;
}

/** max(scale x target - draft, 0), not normalised, over the target's support. */
export interface Residual {
  readonly weights: Distribution;
  /** Sum of the weights, >= 0. */
  readonly mass: number;
}

// Rules are synchronous, so one buffer serves all; it grows to the largest support once.
let buffer = new Float64Array(0);

/**
 * The residual distribution's weights (Leviathan et al. 2211.17192, section 2.3; with a scale below 1, Sun
 * et al. 2403.10444, equation 4). O(support). Valid until the next call, whose target the weights may be: every one
 * is read before it is written.
 */
export function residual(target: Distribution, draft: Distribution, scale: number): Residual {
  const { tokens, probabilities } = target;
  const count = probabilities.length;
  if (buffer.length < count) buffer = new Float64Array(count);
  const weights = buffer.subarray(0, count);
  let mass = 0;
  if (tokens === undefined && draft.tokens === undefined) {
    const draftProbabilities = draft.probabilities;
    for (let token = 0; token < count; token++) {
      const weight = positivePart(
        scale * (probabilities[token] as number) - (draftProbabilities[token] as number),
      );
      weights[token] = weight;
      mass += weight;
    }
  } else if (tokens === undefined) {
    for (let token = 0; token < count; token++) weights[token] = scale * (probabilities[token] as number);
    const draftTokens = draft.tokens as Int32Array;
    for (let index = 0; index < draftTokens.length; index++) {
      const token = draftTokens[index] as number;
      weights[token] = Math.max(0, (weights[token] as number) - (draft.probabilities[index] as number));
    }
    for (let token = 0; token < count; token++) mass += weights[token] as number;
  } else {
    for (let index = 0; index < count; index++) {
      const draftProbability = probabilityOf(draft, tokens[index] as number);
      weights[index] = Math.max(0, scale * (probabilities[index] as number) - draftProbability);
      mass += weights[index] as number;
    }
  }
  return { weights: { tokens, probabilities: weights }, mass };
}

/**
 * max(x, 0), exactly. Not written as a choice: half the tokens lie on either side in no order, and a processor
 * that guesses a branch wrong half the time takes seven times as long.
 */
function positivePart(x: number): number {
  return (x + Math.abs(x)) / 2;
}
