import { createRequestRandom, generateText, type LanguageModel, type Sequence } from '@foretoken/core';
import { onnxBackend } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.js';

// One row or many, a tree or its chains: in float32 the logits are the same up to the order of a few sums.

const inFolder = temporaryFolder();
const seed = 20261124;
/** Largest difference of logits between passes of one and of several rows. */
const tolerance = 1e-4;
const passTokens = 8;

let model: LanguageModel;

beforeAll(async () => {
  model = await onnxBackend.loadModel(tinyModels.draft, {
    weightFormat: 'float32',
    cacheFolder: inFolder(''),
    threads: 1,
  });
});
afterAll(() => model.close());

async function rowsOf(
  sequence: Sequence,
  tokens: readonly number[],
  parents?: readonly number[],
): Promise<Float32Array[]> {
  const tree = parents === undefined ? {} : { parents };
  const [result] = await model.forward([{ sequence, tokens, ...tree, rows: 'all' }]);
  return tokens.map((_, row) => Float32Array.from(result?.logits.read(row) as Float32Array));
}

function difference(left: Float32Array, right: Float32Array): number {
  return left.reduce((most, value, index) => Math.max(most, Math.abs(value - (right[index] as number))), 0);
}

function argmax(values: Float32Array): number {
  return values.reduce((best, value, index) => (value > (values[best] as number) ? index : best), 0);
}

test('greedy text is the same whether it is read one by one or eight at a time, on 64 prompts', async () => {
  const random = createRequestRandom({ seed });
  let worst = 0;
  for (let index = 0; index < 64; index++) {
    const prompt = Array.from({ length: 12 }, (_, place) =>
      Math.floor(random.round(index).uniform('sample', 0, 0, place) * model.vocabularySize),
    );
    const { tokens } = await generateText({
      target: model,
      prompt,
      sampling: { temperature: 0 },
      maximumTokens: 24,
      seed,
    });
    const text = [...prompt, ...tokens];
    const [alone, together] = [model.createSequence(), model.createSequence()];
    const single: Float32Array[] = [];
    for (const token of text) single.push(...(await rowsOf(alone, [token])));
    for (let from = 0; from < text.length; from += passTokens) {
      const rows = await rowsOf(together, text.slice(from, from + passTokens));
      for (const [offset, row] of rows.entries()) {
        const at = from + offset;
        worst = Math.max(worst, difference(row, single[at] as Float32Array));
        if (at >= prompt.length - 1 && at + 1 < text.length) expect(argmax(row)).toBe(text[at + 1]);
      }
    }
    alone.close();
    together.close();
  }
  console.log(`one row against eight, float32: logits differ by at most ${worst.toExponential(1)}`);
  expect(worst).toBeLessThan(tolerance);
});

describe('a tree pass', () => {
  const tree = fc
    .array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 8191 })), { minLength: 1, maxLength: 24 })
    .map((nodes) => ({
      tokens: nodes.map(([, token]) => token),
      parents: nodes.map(([choice], node) => (choice % (node + 1)) - 1),
    }));

  test('gives every node the row of its own chain, on every path from the root to a leaf', async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.integer({ min: 0, max: 30 }), async ({ tokens, parents }, past) => {
        const [branching, chain] = [model.createSequence(), model.createSequence()];
        const prefix = Array.from({ length: past }, (_, index) => (index * 977) % 8000);
        if (past > 0) {
          await rowsOf(branching, prefix);
          await rowsOf(chain, prefix);
        }
        const rows = await rowsOf(branching, tokens, parents);
        const leaves = tokens.map((_, node) => node).filter((node) => !parents.includes(node));
        for (const leaf of leaves) {
          const path: number[] = [];
          for (let node = leaf; node >= 0; node = parents[node] as number) path.unshift(node);
          chain.doRollback(past);
          const expected = await rowsOf(
            chain,
            path.map((node) => tokens[node] as number),
          );
          for (const [depth, node] of path.entries()) {
            expect(difference(rows[node] as Float32Array, expected[depth] as Float32Array)).toBeLessThan(
              tolerance,
            );
          }
        }
        branching.close();
        chain.close();
      }),
      { seed, numRuns: 40 },
    );
  });

  test('control: another order of parents gives other rows', async () => {
    const sequence = model.createSequence();
    const tokens = [5, 900, 31, 7];
    const [branches, chain] = [
      await rowsOf(sequence, tokens, [-1, 0, 0, -1]).then((rows) => {
        sequence.doRollback(0);
        return rows;
      }),
      await rowsOf(sequence, tokens),
    ];
    expect(difference(branches[3] as Float32Array, chain[3] as Float32Array)).toBeGreaterThan(0.1);
    sequence.close();
  });
});
