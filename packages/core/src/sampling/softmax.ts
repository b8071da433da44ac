import { exponential } from './exponential.js';
import { assertFinite } from './largest-logit.js';
import type { Support } from './support.js';

/** Probabilities of all tokens at a temperature, in float64. O(vocabulary). */
export function softmax(logits: Float32Array, largest: number, temperature: number, support: Support): void {
  const { probabilities } = support;
  const scale = 1 / temperature;
  let sum = 0;
  for (let token = 0; token < logits.length; token++) {
    const weight = exponential(((logits[token] as number) - largest) * scale);
    probabilities[token] = weight;
    sum += weight;
  }
  support.count = logits.length;
  support.dense = true;
  support.scale(1 / sum);
}

/** Probabilities of the tokens that `support` lists already. @throws NonFiniteLogitsError where none is finite. */
export function softmaxOfListed(logits: Float32Array, temperature: number, support: Support): void {
  const { probabilities, tokens, count } = support;
  const scale = 1 / temperature;
  let largest = Number.NEGATIVE_INFINITY;
  let best = -1;
  for (let index = 0; index < count; index++) {
    const token = tokens[index] as number;
    if ((logits[token] as number) > largest) {
      largest = logits[token] as number;
      best = token;
    }
  }
  assertFinite(largest, best);
  let sum = 0;
  for (let index = 0; index < count; index++) {
    const weight = exponential(((logits[tokens[index] as number] as number) - largest) * scale);
    probabilities[index] = weight;
    sum += weight;
  }
  support.scale(1 / sum);
}
