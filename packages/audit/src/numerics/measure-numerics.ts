import {
  type Distribution,
  type ForwardResult,
  type LanguageModel,
  type LogitsTransform,
  probabilityOf,
} from '@foretoken/core';

/** How far the rows of a pass over several tokens are from those of passes over one. */
export interface PassDistance {
  /** Tokens of the pass. */
  readonly tokens: number;
  /** Rows compared. */
  readonly rowCount: number;
  /** Largest difference of any log-probability above e^-20 (temperature 1), nats. */
  readonly logProbability: number;
  /** Total variation of the rows after the settings, 0 to 1. */
  readonly largestTotalVariation: number;
  readonly meanTotalVariation: number;
  /** Mean KL divergence of the many-token rows from the one-token ones after the settings, nats; Infinity where a
   * token's probability became 0. */
  readonly meanDivergence: number;
}

/** Sizes of the passes: kernels work in groups of rows, so each may differ in its own way. */
const passSizes = [2, 3, 4, 8];
/** Below this log-probability a difference has no consequence. */
const leastLogProbability = -20;

/**
 * Layer 3: the same positions of the same texts in passes over one token and in one pass over several. What differs
 * is rounding, and no verification rule can undo it. O(texts x sizes) passes.
 *
 * @param texts token ids, each longer than the longest pass; shorter ones are left out.
 */
export async function measureNumerics(
  target: LanguageModel,
  texts: readonly (readonly number[])[],
  transform: LogitsTransform,
  signal?: AbortSignal,
): Promise<readonly PassDistance[]> {
  const most = target.capabilities.maximumPassTokens;
  const distances: PassDistance[] = [];
  const [apart, one] = [transform.clone(), transform.clone()];
  for (const size of passSizes.filter((candidate) => candidate <= most)) {
    const sums = { rows: 0, logProbability: 0, largest: 0, variation: 0, divergence: 0 };
    for (const text of texts.filter(({ length }) => length > size)) {
      if (signal?.aborted === true) break;
      const before = text.slice(0, text.length - size);
      const [alone, together] = await Promise.all([
        readRows(target, before, text.slice(-size), 1, signal),
        readRows(target, before, text.slice(-size), size, signal),
      ]);
      for (const [row, logits] of alone.entries()) {
        const many = together[row] as Float32Array;
        const history = text.slice(0, before.length + row + 1);
        const single = one.apply(logits, history, 0);
        const multiple = apart.apply(many, history, 0);
        const variation = rowVariation(single, multiple);
        sums.rows += 1;
        sums.logProbability = Math.max(sums.logProbability, logProbabilityDistance(logits, many));
        sums.largest = Math.max(sums.largest, variation);
        sums.variation += variation;
        sums.divergence += divergence(multiple, single);
      }
    }
    if (sums.rows === 0) continue;
    distances.push({
      tokens: size,
      rowCount: sums.rows,
      logProbability: sums.logProbability,
      largestTotalVariation: sums.largest,
      meanTotalVariation: sums.variation / sums.rows,
      meanDivergence: sums.divergence / sums.rows,
    });
  }
  return distances;
}

/** Rows after each of `tokens`, read `size` at a time after one pass over what comes before; copies. */
async function readRows(
  target: LanguageModel,
  before: readonly number[],
  tokens: readonly number[],
  size: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const sequence = target.createSequence();
  try {
    await target.forward([{ sequence, tokens: before, rows: 'none' }], { signal });
    const rows: Float32Array[] = [];
    for (let at = 0; at < tokens.length; at += size) {
      const request = { sequence, tokens: tokens.slice(at, at + size), rows: 'all' as const };
      const [{ logits }] = (await target.forward([request], { signal })) as [ForwardResult];
      for (let row = 0; row < logits.rowCount; row++) rows.push(logits.read(row).slice());
    }
    return rows;
  } finally {
    sequence.close();
  }
}

function logProbabilityDistance(left: Float32Array, right: Float32Array): number {
  const [leftSum, rightSum] = [logSumExp(left), logSumExp(right)];
  let largest = 0;
  for (let token = 0; token < left.length; token++) {
    const [first, second] = [(left[token] as number) - leftSum, (right[token] as number) - rightSum];
    if (Math.max(first, second) < leastLogProbability) continue;
    largest = Math.max(largest, Math.abs(first - second));
  }
  return largest;
}

function logSumExp(logits: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > largest) largest = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return largest + Math.log(sum);
}

function rowVariation(left: Distribution, right: Distribution): number {
  // Over the left's support, the excess of the left: what the right has beyond is the same mass.
  let excess = 0;
  for (const [index, probability] of left.probabilities.entries()) {
    const token = left.tokens === undefined ? index : (left.tokens[index] as number);
    excess += Math.max(0, probability - probabilityOf(right, token));
  }
  return excess;
}

/** KL(law || reference), nats. */
function divergence(law: Distribution, reference: Distribution): number {
  let sum = 0;
  for (const [index, probability] of law.probabilities.entries()) {
    if (probability === 0) continue;
    const token = law.tokens === undefined ? index : (law.tokens[index] as number);
    sum += probability * Math.log(probability / probabilityOf(reference, token));
  }
  return Math.max(0, sum);
}
