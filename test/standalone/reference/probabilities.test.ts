import { type SamplingSettings, createLogitsTransform } from '@foretoken/core';
import { expect, test } from 'vitest';
import { readFixture } from './read-fixture.js';

interface Case {
  readonly logits: readonly number[];
  readonly history: readonly number[];
  readonly options: Readonly<Record<string, number>> & {
    readonly forbidden?: readonly number[];
    readonly logitBias?: readonly (readonly [number, number])[];
    readonly banned?: readonly number[];
    readonly penaltyWindow?: number | 'all';
  };
  readonly kept?: readonly number[];
  readonly probabilities: readonly number[];
  readonly tie?: 'lowest id first' | 'open';
}

const { cases } = await readFixture<{ cases: readonly Case[] }>('probabilities.json');

const mostTotalVariation = 1e-6;
const mostRelative = 1e-5;
/** Below it only the total variation counts. */
const leastProbability = 1e-8;
/** Cases whose cut falls on a tie that no documentation orders; they are not compared. */
const mostOpenTies = 20;

test('probabilities are the oracle’s for 500 random option sets', () => {
  const compared = cases.filter(({ tie }) => tie !== 'open');
  const openTies = cases.length - compared.length;
  let worstVariation = 0;
  let worstRelative = 0;
  const wrong: Case[] = [];
  for (const item of compared) {
    const { variation, relative } = distance(transformed(item), expected(item));
    if (!(variation <= mostTotalVariation && relative <= mostRelative)) wrong.push(item);
    worstVariation = Math.max(worstVariation, variation);
    worstRelative = Math.max(worstRelative, relative);
  }
  console.log(
    `${compared.length} option sets compared, ${openTies} open ties left out; ` +
      `largest total variation ${worstVariation.toExponential(1)}, relative ${worstRelative.toExponential(1)}`,
  );
  expect(wrong).toEqual([]);
  expect(cases.length).toBe(500);
  expect(openTies).toBeLessThanOrEqual(mostOpenTies);
});

test('every option is on in many of the sets that are compared', () => {
  const names = [
    'forbidden',
    'logitBias',
    'repetitionPenalty',
    'frequencyPenalty',
    'presencePenalty',
    'penaltyWindow',
    'temperature',
    'topK',
    'typicalP',
    'topP',
    'minP',
  ];
  for (const name of names) {
    const count = cases.filter(({ tie, options }) => tie !== 'open' && name in options).length;
    expect(count, name).toBeGreaterThan(80);
  }
  expect(cases.filter(({ options }) => options['temperature'] === 0).length).toBeGreaterThan(30);
});

function transformed({ logits, history, options }: Case): Float64Array {
  const { forbidden, logitBias, banned, penaltyWindow, ...numbers } = options;
  const vocabularySize = logits.length;
  const bias = new Map([
    ...(logitBias ?? []),
    ...(banned ?? []).map((token) => [token, Number.NEGATIVE_INFINITY] as const),
  ]);
  const mask = new Uint8Array(vocabularySize).fill(1);
  for (const token of forbidden ?? []) mask[token] = 0;
  const settings: SamplingSettings = {
    ...numbers,
    ...(logitBias === undefined ? {} : { logitBias: bias }),
    ...(forbidden === undefined ? {} : { allowedTokens: { mask: () => mask } }),
    ...(penaltyWindow === undefined
      ? {}
      : { penaltyWindow: penaltyWindow === 'all' ? Number.POSITIVE_INFINITY : penaltyWindow }),
  };
  const row = Float32Array.from(logits, (step) => step / 4096);
  const { tokens, probabilities } = createLogitsTransform(settings, vocabularySize).apply(row, history, 0);
  return scatter(tokens, probabilities, vocabularySize);
}

function expected({ logits, kept, probabilities }: Case): Float64Array {
  return scatter(kept, probabilities, logits.length);
}

function scatter(
  tokens: ArrayLike<number> | undefined,
  probabilities: ArrayLike<number>,
  vocabularySize: number,
): Float64Array {
  const row = new Float64Array(vocabularySize);
  for (let index = 0; index < probabilities.length; index++) {
    row[tokens === undefined ? index : (tokens[index] as number)] = probabilities[index] as number;
  }
  return row;
}

function distance(ours: Float64Array, theirs: Float64Array): { variation: number; relative: number } {
  let variation = 0;
  let relative = 0;
  for (const [token, wanted] of theirs.entries()) {
    const apart = Math.abs((ours[token] as number) - wanted);
    variation += apart / 2;
    if (wanted > leastProbability) relative = Math.max(relative, apart / wanted);
  }
  return { variation, relative };
}
