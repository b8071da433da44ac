import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeOnnxGraphs } from './onnx-graphs.js';
import { readFixture } from './read-fixture.js';

type Described = readonly [
  type: 'int64' | 'int32' | 'float32',
  shape: readonly number[],
  values: readonly number[],
];

interface Case {
  readonly graph: string;
  readonly sha256: string;
  readonly cache: readonly [heads: number, slots: number, width: number];
  readonly passes: readonly {
    readonly inputs: Readonly<Record<string, Described>>;
    readonly logits: readonly number[];
  }[];
}

const { cases } = await readFixture<{ cases: readonly Case[] }>('onnx-outputs.json');
const folder = await mkdtemp(path.join(tmpdir(), 'foretoken-onnx-'));
/** Bound: largest difference of the graphs that it holds for. */
const measured = new Map<number, number>();
beforeAll(() => writeOnnxGraphs(folder));
afterAll(() => rm(folder, { recursive: true }));

test.each(cases.map((item) => [item.graph, item] as const))('%s', async (graph, item) => {
  const file = path.join(folder, `${graph}.onnx`);
  const hash = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  expect(hash, 'the generator makes another graph: npm run reference -- --write onnx-outputs').toBe(
    item.sha256,
  );
  const difference = await largestDifference(file, item);
  const bound = tolerance(graph);
  measured.set(bound, Math.max(measured.get(bound) ?? 0, difference));
  expect(difference).toBeLessThan(bound);
});

test('a graph with other weights is outside every bound', async () => {
  const [int4, int8] = ['int4', 'int8'].map((bits) =>
    cases.find(({ graph }) => graph === `llama-${bits}-level1-decomposed`),
  ) as [Case, Case];
  const difference = await largestDifference(path.join(folder, `${int4.graph}.onnx`), int8);
  expect(difference).toBeGreaterThan(1);
});

test('the fixture has every kind of graph', () => {
  expect(cases.length).toBe(120);
  for (const [bound, difference] of measured) {
    console.log(`onnx-outputs: largest difference ${difference.toExponential(1)} where ${bound} is allowed`);
  }
});

/** Standard deviation of the logits: 1.2 to 5.6. What the engine rounds beyond the evaluator decides the bound. */
function tolerance(graph: string): number {
  // Activations in 8 bits, by kernels that differ between processors; measured: 0.49.
  if (graph.includes('level4')) return 1;
  // Attention in float16; measured: 0.023.
  if (graph.includes('cache16')) return 0.05;
  return 1e-4;
}

/** Runs all passes in ONNX Runtime. */
async function largestDifference(
  file: string,
  { cache: [heads, slots, width], passes }: Case,
): Promise<number> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  try {
    const size = heads * slots * width;
    const half = file.includes('cache16');
    let cache: Record<string, Tensor> = Object.fromEntries(
      session.inputNames
        .filter((name) => name.startsWith('past_key_values'))
        .map((name) => [
          name,
          half
            ? new Tensor('float16', new Uint16Array(size), [1, heads, slots, width])
            : new Tensor('float32', new Float32Array(size), [1, heads, slots, width]),
        ]),
    );
    let largest = 0;
    for (const { inputs, logits } of passes) {
      const feeds = Object.entries(inputs).map(([name, value]) => [name, tensor(value)] as const);
      const outputs = await session.run({ ...Object.fromEntries(feeds), ...cache });
      cache = Object.fromEntries(
        Object.keys(cache).map((name) => [
          name,
          outputs[name.replace('past_key_values', 'present')] as Tensor,
        ]),
      );
      const ours = outputs['logits']?.data as Float32Array;
      expect(ours.length).toBe(logits.length);
      for (const [index, logit] of logits.entries()) {
        largest = Math.max(largest, Math.abs((ours[index] as number) - logit));
      }
    }
    return largest;
  } finally {
    await session.release();
  }
}

function tensor([type, shape, values]: Described): Tensor {
  if (type === 'int64') return new Tensor(type, BigInt64Array.from(values, BigInt), shape);
  return type === 'int32'
    ? new Tensor(type, Int32Array.from(values), shape)
    : new Tensor(type, Float32Array.from(values), shape);
}
