import { type RandomPurpose, createRequestRandom, sampleMatch } from '@foretoken/core';
import { expect, test } from 'vitest';
import { readFixture } from './read-fixture.js';

type Draw = readonly [
  committedLength: number,
  purpose: RandomPurpose,
  stage: number,
  node: number,
  index: number,
  numerator: number,
];

const { uniforms, matches } = await readFixture<{
  uniforms: readonly { readonly seed: string; readonly request: number; readonly draws: readonly Draw[] }[];
  matches: readonly {
    readonly seed: number;
    readonly request: number;
    readonly committedLength: number;
    readonly nodes: number;
    readonly weights: readonly number[];
    readonly token: number;
  }[];
}>('philox-streams.json');

test('every draw of a request is the oracle’s, to the last bit', () => {
  for (const { seed, request, draws } of uniforms) {
    const wide = BigInt(seed);
    // A seed may be a number or a bigint; both name the same stream.
    const forms = wide >= 0n ? [wide] : [];
    const seeds = Number.isSafeInteger(Number(wide)) ? [...forms, Number(wide)] : forms;
    expect(seeds.length).toBeGreaterThan(0);
    for (const form of seeds) {
      const random = createRequestRandom({ seed: form, request });
      for (const [committedLength, purpose, stage, node, index, numerator] of draws) {
        expect(random.round(committedLength).uniform(purpose, stage, node, index)).toBe(numerator / 2 ** 53);
      }
    }
  }
});

test('sample-match draws by absolute position alone', () => {
  for (const { seed, request, committedLength, nodes, weights, token } of matches) {
    const draft = {
      tokens: Array<number>(nodes).fill(0),
      parents: Array.from({ length: nodes }, (_, node) => node - 1),
      distributions: [],
      drafters: [],
    };
    const random = createRequestRandom({ seed, request }).verification(sampleMatch, draft, committedLength);
    const probabilities = Float64Array.from(weights, (weight) => weight / 2 ** 20);
    expect(random.draw({ tokens: undefined, probabilities }, nodes - 1)).toBe(token);
  }
});
