import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HeadModel } from '@foretoken/core';
import { type HeadOptions, loadHead } from '@foretoken/onnx-backend';
import { tinyHeads, tinyModels } from '@foretoken/tiny-models';
import { afterAll, expect, test } from 'vitest';
import { readFixture } from './read-fixture.js';

// The oracle computes in float64 on the dequantised weights. In float32 only the rounding of sums is left; with 8-bit
// weights the products round their inputs to 8 bits too, 32 to a scale.

interface Fixture {
  readonly tokens: readonly number[];
  /** In thousandths. */
  readonly hidden: readonly (readonly number[])[];
  readonly cases: readonly {
    readonly head: keyof typeof tinyHeads;
    readonly t: number;
    readonly steps: readonly Step[];
  }[];
}

type Entry = readonly [place: number, value: number];

interface Step {
  readonly logSumExp: number;
  readonly top: readonly Entry[];
  readonly sampled: readonly Entry[];
  readonly state: readonly Entry[];
}

const folder = await mkdtemp(path.join(tmpdir(), 'foretoken-heads-'));
afterAll(() => rm(folder, { recursive: true }));

test.each<[name: string, options: HeadOptions, bound: number]>([
  // Measured: 5.4e-5.
  ['float32', { weightFormat: 'float32' }, 5e-4],
  // Measured: 0.17.
  ['int8', {}, 1],
])('the steps of the embedded heads are the oracle’s, in %s', async (_, options, bound) => {
  const fixture = await readFixture<Fixture>('head-steps.json');
  const hidden = fixture.hidden.map((row) => Float32Array.from(row, (value) => value / 1000));
  expect(new Set(fixture.cases.map(({ head }) => head)).size).toBe(3);
  let largest = 0;
  for (const [name, source] of Object.entries(tinyHeads)) {
    const head = await loadHead(source, {
      target: tinyModels.target,
      threads: 1,
      cacheFolder: folder,
      ...options,
    });
    try {
      for (const { t, steps } of fixture.cases.filter((entry) => entry.head === name)) {
        expect(steps).toHaveLength(4);
        largest = Math.max(largest, await distance(head, fixture.tokens, hidden, t, steps));
      }
    } finally {
      await head.close();
    }
  }
  console.log(`heads in ${_}: largest difference ${largest.toExponential(2)}`);
  expect(largest).toBeLessThan(bound);
});

/** Largest difference of a logit, a feature, or a row's log of the sum of exponentials. */
async function distance(
  head: HeadModel,
  tokens: readonly number[],
  hidden: readonly Float32Array[],
  t: number,
  steps: readonly Step[],
): Promise<number> {
  const sequence = head.createSequence();
  if (head.attends && t > 0) {
    await sequence.forward({
      tokens: tokens.slice(1, t + 1),
      features: hidden.slice(0, t),
      featuresOf: 'target',
      positions: Array.from({ length: t }, (_, position) => position),
      rows: 'none',
    });
  }
  let features = [hidden[t] as Float32Array];
  let largest = 0;
  for (const [index, step] of steps.entries()) {
    const { logits, hiddenStates = [] } = await sequence.forward({
      tokens: [tokens[t + 1 + index] as number],
      features,
      featuresOf: index === 0 ? 'target' : 'head',
      positions: [t + index],
      rows: 'last',
    });
    const row = logits.read(0);
    features = hiddenStates.map((state) => state.slice());
    const differences = [
      ...[...step.top, ...step.sampled].map(([token, logit]) => (row[token] as number) - logit),
      ...step.state.map(([place, value]) => (features[0]?.[place] ?? NaN) - value),
      logits.logSumExp(0) - step.logSumExp,
    ];
    largest = Math.max(largest, ...differences.map(Math.abs));
  }
  sequence.close();
  return largest;
}
