import {
  createLogitsTransform,
  createRequestRandom,
  type Draft,
  drawToken,
  type SamplingSettings,
  type VerificationRule,
  verificationRules,
} from '@foretoken/core';
import { expect, test } from 'vitest';

const vocabularySize = 151_936;
const length = 7;
const seed = 20261128;
const warmUp = 10;
const random = createRequestRandom({ seed });
const logits = Array.from({ length: length + 1 }, (_, row) =>
  Float32Array.from({ length: vocabularySize }, (_unused, token) => ((token * (row + 3)) % 997) / 100),
);

/** One round, ready to be run again: eight rows of logits to probabilities, then the verification of seven tokens. */
function roundOf(rule: VerificationRule, settings: SamplingSettings): (round: number) => void {
  const target = createLogitsTransform(settings, vocabularySize);
  const draft = createLogitsTransform(settings, vocabularySize);
  return (round) => {
    const distributions = logits.slice(1).map((row, slot) => draft.apply(row, [], slot));
    const tokens = distributions.map((distribution, node) =>
      drawToken(distribution, random.round(round).uniform('draft', 0, node, 0)),
    );
    const chain: Draft = {
      tokens,
      distributions,
      parents: tokens.map((_, node) => node - 1),
      drafters: tokens.map(() => 'test'),
    };
    const rows = logits.map((row, slot) => target.apply(row, [], slot));
    rule.verify(chain, rows, random.verification(rule, chain, round));
  };
}

/** How many of 60 rounds make the buffers of this process grow by a byte a token or more. */
function growingRounds(run: (round: number) => void): number {
  let count = 0;
  for (let round = 0; round < warmUp + 60; round++) {
    const before = process.memoryUsage().arrayBuffers;
    run(round);
    const grown = process.memoryUsage().arrayBuffers - before;
    if (round >= warmUp && grown >= vocabularySize) count += 1;
  }
  return count;
}

const settings: readonly SamplingSettings[] = [
  { temperature: 1 },
  { temperature: 0.8, topK: 40, topP: 0.95 },
];
const cases = [...verificationRules.values()].flatMap((rule) =>
  settings.map((sampling) => ({ rule, name: rule.name, sampling })),
);

test.each(cases)(
  'a round of $name allocates nothing that grows with the vocabulary: $sampling',
  ({ rule, sampling }) => {
    // A rule keeps at most one buffer a depth, made when it is first needed.
    expect(growingRounds(roundOf(rule, sampling))).toBeLessThanOrEqual(length);
  },
);

test('a round that makes a row anew is found', () => {
  const round = roundOf(verificationRules.get('block') as VerificationRule, {});
  const kept: Float64Array[] = [];
  const wasteful = (index: number): void => {
    round(index);
    kept.push(new Float64Array(vocabularySize));
  };
  // But for the few in which garbage is collected.
  expect(growingRounds(wasteful)).toBeGreaterThan(50);
});
