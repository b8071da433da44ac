import type { LanguageModel } from '@foretoken/core';
import { readFixture, readFixtureBytes } from './read-fixture.js';

interface Prompt {
  readonly tokens: readonly number[];
  readonly argmax: readonly number[];
  readonly rows: readonly {
    readonly position: number;
    readonly logSumExp: number;
    readonly top: readonly (readonly [token: number, logit: number])[];
    readonly sampled: readonly (readonly [token: number, logit: number])[];
  }[];
}

/** How far an engine's logits are from the oracle's. */
export interface LogitsDistance {
  readonly prompts: number;
  /** Largest absolute difference over every logit that the fixture holds. */
  readonly largest: number;
  /** Mean and largest KL divergence of the engine's distribution from the oracle's, whole rows, in nats. */
  readonly meanDivergence: number;
  readonly largestDivergence: number;
  /** Share of all positions where both have the same largest logit. */
  readonly sameArgmax: number;
  /** Largest difference of a row's log of the sum of exponentials. */
  readonly logSumExp: number;
}

/** Runs a fixture's prompts through a model. @param name of the fixture, without its ending. */
export async function compareLogits(model: LanguageModel, name: string): Promise<LogitsDistance> {
  const { prompts, wholeRows, vocabularySize } = await readFixture<{
    prompts: readonly Prompt[];
    wholeRows: number;
    vocabularySize: number;
  }>(`${name}.json`);
  const bytes = Uint8Array.from(await readFixtureBytes(`${name}.bin`));
  const fixedPoint = new Int16Array(bytes.buffer);
  let largest = 0;
  let logSumExp = 0;
  let same = 0;
  let positions = 0;
  const divergences: number[] = [];
  for (const [number, { tokens, argmax, rows }] of prompts.entries()) {
    const sequence = model.createSequence();
    try {
      const [result] = await model.forward([{ sequence, tokens, rows: 'all' }]);
      const { logits } = result as NonNullable<typeof result>;
      for (const [position, token] of argmax.entries()) {
        if (logits.topK(position, 1).tokens[0] === token) same += 1;
        positions += 1;
      }
      for (const row of rows) {
        const ours = logits.read(row.position);
        for (const [token, logit] of [...row.top, ...row.sampled]) {
          largest = Math.max(largest, Math.abs((ours[token] as number) - logit));
        }
        logSumExp = Math.max(logSumExp, Math.abs(logits.logSumExp(row.position) - row.logSumExp));
      }
      if (number < wholeRows) {
        const ours = logits.read(tokens.length - 1);
        const theirs = Float64Array.from(
          fixedPoint.subarray(number * vocabularySize, (number + 1) * vocabularySize),
          (steps) => steps / 1024,
        );
        for (const [token, logit] of theirs.entries()) {
          largest = Math.max(largest, Math.abs((ours[token] as number) - logit) - 0.5 / 1024);
        }
        divergences.push(divergence(theirs, ours));
      }
    } finally {
      sequence.close();
    }
  }
  return {
    prompts: prompts.length,
    largest,
    meanDivergence: divergences.reduce((total, value) => total + value, 0) / divergences.length,
    largestDivergence: Math.max(...divergences),
    sameArgmax: same / positions,
    logSumExp,
  };
}

/** KL(reference || other) of the softmax of two rows of logits, in nats. */
function divergence(reference: ArrayLike<number>, other: ArrayLike<number>): number {
  const referenceTotal = logSumExpOf(reference);
  const otherTotal = logSumExpOf(other);
  let sum = 0;
  for (let token = 0; token < reference.length; token++) {
    const logProbability = (reference[token] as number) - referenceTotal;
    sum += Math.exp(logProbability) * (logProbability - ((other[token] as number) - otherTotal));
  }
  return sum;
}

function logSumExpOf(logits: ArrayLike<number>): number {
  let peak = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < logits.length; token++) peak = Math.max(peak, logits[token] as number);
  let sum = 0;
  for (let token = 0; token < logits.length; token++) sum += Math.exp((logits[token] as number) - peak);
  return peak + Math.log(sum);
}
