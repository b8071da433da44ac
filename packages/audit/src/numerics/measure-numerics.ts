import {
  type Distribution,
  type ForwardResult,
  type LanguageModel,
  type LogitsTransform,
  probabilityOf,
  type Sequence,
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
/** Positions compared in each text. */
const comparedTokens = 8;
/** Below this log-probability a difference has no consequence. */
const leastLogProbability = -20;

/**
 * Layer 3: the last eight positions of some texts in passes over one token and in passes over several. What differs is
 * rounding, and no verification rule can undo it.
 *
 * @param texts token ids; those of no more than eight tokens are left out.
 * @param signal aborting ends it after the text at hand.
 */
export async function measureNumerics(
  target: LanguageModel,
  texts: readonly (readonly number[])[],
  transform: LogitsTransform,
  signal?: AbortSignal,
): Promise<readonly PassDistance[]> {
  const sizes = passSizes.filter((size) => size <= target.capabilities.maximumPassTokens);
  const sums = sizes.map(() => ({ rows: 0, logProbability: 0, largest: 0, variation: 0, divergence: 0 }));
  const [one, several] = [transform.clone(), transform.clone()];
  for (const text of texts.filter(({ length }) => length > comparedTokens)) {
    if (signal?.aborted === true) break;
    const before = text.slice(0, -comparedTokens);
    const beginning = target.createSequence();
    try {
      await target.forward([{ sequence: beginning, tokens: before, rows: 'none' }]);
      const tokens = text.slice(-comparedTokens);
      const alone = await readRows(beginning, tokens, 1);
      for (const [index, size] of sizes.entries()) {
        const sum = sums[index] as (typeof sums)[number];
        for (const [row, logits] of (await readRows(beginning, tokens, size)).entries()) {
          const history = text.slice(0, before.length + row + 1);
          const single = one.apply(alone[row] as Float32Array, history, 0);
          const multiple = several.apply(logits, history, 0);
          const variation = rowVariation(single, multiple);
          sum.rows += 1;
          sum.logProbability = Math.max(
            sum.logProbability,
            logProbabilityDistance(alone[row] as Float32Array, logits),
          );
          sum.largest = Math.max(sum.largest, variation);
          sum.variation += variation;
          sum.divergence += divergence(multiple, single);
        }
      }
    } finally {
      beginning.close();
    }
  }
  return sums.flatMap(({ rows, logProbability, largest, variation, divergence: sum }, index) =>
    rows === 0
      ? []
      : [
          {
            tokens: sizes[index] as number,
            rowCount: rows,
            logProbability,
            largestTotalVariation: largest,
            meanTotalVariation: variation / rows,
            meanDivergence: sum / rows,
          },
        ],
  );
}

/** Rows after each of `tokens` on a fork of the beginning, read `size` at a time; copies. */
async function readRows(
  beginning: Sequence,
  tokens: readonly number[],
  size: number,
): Promise<Float32Array[]> {
  const sequence = beginning.doFork();
  try {
    const rows: Float32Array[] = [];
    for (let at = 0; at < tokens.length; at += size) {
      const request = { sequence, tokens: tokens.slice(at, at + size), rows: 'all' as const };
      const [{ logits }] = (await beginning.model.forward([request])) as [ForwardResult];
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
