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

/** Writes the weights of some tokens; their sum is that of the even ones plus that of the odd ones, as in the kernel. */
function weigh(
  logits: Float32Array,
  from: number,
  end: number,
  largest: number,
  scale: number,
  weights: Float64Array,
): number {
  let even = 0;
  let odd = 0;
  let token = from;
  for (; token + 1 < end; token += 2) {
    const first = exponential(((logits[token] as number) - largest) * scale);
    const second = exponential(((logits[token + 1] as number) - largest) * scale);
    weights[token] = first;
    weights[token + 1] = second;
    even += first;
    odd += second;
  }
  if (token < end) {
    const last = exponential(((logits[token] as number) - largest) * scale);
    weights[token] = last;
    even += last;
  }
  return even + odd;
}
