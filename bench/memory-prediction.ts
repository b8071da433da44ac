/**
 * Memory that files let expect, beside what the engines say, and what the process takes, by engine, weight format and
 * cache format: embedded models, one sequence read to the end of its context. Each in a process of its own.
 * Run: npx tsx bench/memory-prediction.ts (after npm run build)
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { kvTypes, quantizationFormats } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { writeResult } from './support/write-result.js';

const goal = 0.1;

interface Sizes {
  readonly weights: number;
  readonly cache: number;
  readonly buffers: number;
}

interface Measured {
  readonly predicted: Sizes;
  readonly told: Sizes;
  /** Growth of the process's resident memory from before the load, engine libraries included. */
  readonly resident: number;
}

const settings: readonly (readonly [engine: string, options: Record<string, unknown>])[] = [
  ...Object.keys(quantizationFormats).map((weightFormat) => ['llamacpp', { weightFormat }] as const),
  ...Object.keys(kvTypes).map((kvType) => ['llamacpp', { kvType }] as const),
  ...['float32', 'float16', 'int8', 'int4'].flatMap((weightFormat) =>
    ['float32', 'float16'].map((cacheType) => ['onnx', { weightFormat, cacheType }] as const),
  ),
];
const cacheFolder = await mkdtemp(path.join(tmpdir(), 'foretoken-memory-'));
const rows = [];
try {
  for (const [engine, options] of settings) {
    for (const [model, file] of Object.entries({ target: tinyModels.target, draft: tinyModels.draft })) {
      // Once to make the file, once to measure.
      measure(engine, file, options);
      const { predicted, told, resident } = measure(engine, file, options);
      const gaps = (['weights', 'cache', 'buffers'] as const).map((part) => predicted[part] / told[part] - 1);
      const largestGap = Math.max(...gaps.map(Math.abs));
      rows.push({ engine, model, ...options, predicted, told, largestGap, resident });
      console.log(
        `${engine}, ${model}, ${JSON.stringify(options)}: expected ${mebibytes(total(predicted))} MiB, told ${mebibytes(total(told))}, largest gap of a part ${(100 * largestGap).toFixed(2)} %; the process grew by ${mebibytes(resident)}`,
      );
    }
  }
} finally {
  await rm(cacheFolder, { recursive: true });
}
const within = rows.filter(({ largestGap }) => largestGap <= goal).length;
console.log(`${within} of ${rows.length} within ${100 * goal} % in every part`);
await writeResult('memory-prediction', { goal, within, of: rows.length, unit: 'bytes', rows });

function measure(engine: string, file: string, options: Record<string, unknown>): Measured {
  const all = JSON.stringify({
    ...options,
    threads: 1,
    cacheFolder,
    maximumSequences: 1,
    ...(engine === 'onnx' ? { access: 'native' } : {}),
  });
  const script = `
    import { predictMemory, ${engine}Backend as backend } from '@foretoken/${engine}-backend';
    const options = ${all};
    const predicted = await predictMemory(${JSON.stringify(file)}, options);
    globalThis.gc();
    const before = process.memoryUsage.rss();
    const model = await backend.loadModel(${JSON.stringify(file)}, options);
    const sequence = model.createSequence();
    const tokens = Array.from({ length: model.contextLength - 8 }, (_, index) => (index * 7919) % model.vocabularySize);
    await model.forward([{ sequence, tokens, rows: 'last' }]);
    await model.forward([{ sequence, tokens: tokens.slice(0, 8), rows: 'all' }]);
    globalThis.gc();
    const resident = process.memoryUsage.rss() - before;
    const { weights, cache, buffers } = model.memory();
    console.log(JSON.stringify({ predicted, told: { weights, cache, buffers }, resident }));
    await model.close();`;
  const output = execFileSync(
    process.execPath,
    ['--expose-gc', '--max-semi-space-size=1', '--input-type=module', '--eval', script],
    { cwd: fileURLToPath(new URL('../apps/cli', import.meta.url)), encoding: 'utf8' },
  );
  return JSON.parse(output) as Measured;
}

function total({ weights, cache, buffers }: Sizes): number {
  return weights + cache + buffers;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
