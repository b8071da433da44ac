import { exponential } from './exponential.js';
import { assertFinite } from './largest-logit.js';
import { softmaxInJavaScript } from './softmax-in-javascript.js';
import { createSoftmaxKernel, type SoftmaxKernel } from './softmax-kernel.js';
import { inverseTemperature } from './softmax-parts.js';
import type { Support } from './support.js';

const javaScript: SoftmaxKernel = { capacity: Number.POSITIVE_INFINITY, run: softmaxInJavaScript };
// Transforms are synchronous, so one kernel serves all; it is made anew for the first row longer than any before.
let kernel: SoftmaxKernel | undefined;

/**
 * Probabilities of all tokens at a temperature, in float64: in WebAssembly where the engine has it, else in
 * JavaScript, to the same bits. O(vocabulary).
 *
 * @throws NonFiniteLogitsError for NaN, +Infinity, or where every logit is -Infinity.
 */
export function softmax(logits: Float32Array, temperature: number, support: Support): void {
  if (kernel === undefined || kernel.capacity < logits.length) {
    kernel = createSoftmaxKernel(logits.length) ?? javaScript;
  }
  kernel.run(logits, temperature, support.probabilities);
  support.count = logits.length;
  support.dense = true;
}

/** Probabilities of the tokens that `support` lists already. @throws NonFiniteLogitsError where none is finite. */
export function softmaxOfListed(logits: Float32Array, temperature: number, support: Support): void {
  const { probabilities, tokens, count } = support;
  const scale = inverseTemperature(temperature);
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
