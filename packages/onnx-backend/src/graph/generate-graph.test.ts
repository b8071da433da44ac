import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readGguf } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphSession } from '../../testing/graph-session.js';
import { chainTokens, type ReferenceRow, referenceForward } from '../../testing/reference-decoder.js';
import { generateGraph } from './generate-graph.js';
import type { GraphOptions } from './graph-options.js';

const tokens = [5, 100, 2000, 7000, 42, 17, 300, 999];
let folder: string;
let reference: readonly ReferenceRow[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'foretoken-graph-'));
  reference = await referenceForward(await readGguf(tinyModels.draft), chainTokens(tokens));
});

afterAll(() => rm(folder, { recursive: true }));

describe('graphs of the embedded draft model', () => {
  // Q8_0 weights in exact arithmetic, and with each row's activations rounded to 8 bits.
  const cases: readonly (readonly [GraphOptions, number])[] = [
    [{ weightFormat: 'float32' }, 1e-4],
    [{ weightFormat: 'int8', accuracyLevel: 1 }, 1e-4],
    [{ weightFormat: 'int8', accuracyLevel: 4 }, 0.5],
    [{ weightFormat: 'int8', accuracyLevel: 4, trees: false }, 0.5],
  ];
  it.each(cases)('%j agrees with a float64 reference', async (options, tolerance) => {
    const target = path.join(folder, 'draft.onnx');
    const manifest = await generateGraph(tinyModels.draft, target, options);
    const session = await GraphSession.open(target, manifest);
    const { logits } = await session.run({ tokens, rows: tokens.map((_, row) => row), past: 0 });
    await session.close();
    for (const [row, values] of logits.entries()) {
      const expected = (reference[row] as ReferenceRow).logits;
      const largest = Math.max(
        ...values.map((value, token) => Math.abs(value - (expected[token] as number))),
      );
      expect(largest).toBeLessThan(tolerance);
    }
  });
});
