import { exponential } from './exponential.js';
import { largestLogit } from './largest-logit.js';
import { inverseTemperature, tokensPerSum } from './softmax-parts.js';

/**
 * Softmax in plain JavaScript: what runs where WebAssembly or its SIMD is missing, and what the kernel is
 * tested against. Same arguments, errors and bits as `SoftmaxKernel.run`. O(vocabulary).
 */
export function softmaxInJavaScript(
  logits: Float32Array,
  temperature: number,
  probabilities: Float64Array,
): void {
  const largest = logits[largestLogit(logits)] as number;
  const scale = inverseTemperature(temperature);
  let sum = 0;
  for (let from = 0; from < logits.length; from += tokensPerSum) {
    const end = Math.min(from + tokensPerSum, logits.length);
    sum += weigh(logits, from, end, largest, scale, probabilities);
  }
  const factor = 1 / sum;
  for (let token = 0; token < logits.length; token++) {
    probabilities[token] = (probabilities[token] as number) * factor;
  }
}

/**
 * Writes the weights of some tokens. Their sum is that of every other one plus that of the rest, as in the
 * kernel, which adds two at a time; the two sums change places at every token.
 */
function weigh(
  logits: Float32Array,
  from: number,
  end: number,
  largest: number,
  scale: number,
  weights: Float64Array,
): number {
  let sum = 0;
  let otherSum = 0;
  for (let token = from; token < end; token++) {
    const weight = exponential(((logits[token] as number) - largest) * scale);
    weights[token] = weight;
    const added = sum + weight;
    sum = otherSum;
    otherSum = added;
  }
  return sum + otherSum;
}
