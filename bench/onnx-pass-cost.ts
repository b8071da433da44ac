/**
 * What a pass costs through ONNX Runtime's C API, through its JavaScript API on a thread of its own, and through
 * the JavaScript API as it is commonly used: on the main thread, with a cache that is copied in every pass.
 * Run: npx tsx bench/onnx-pass-cost.ts (after npm run build).
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { LanguageModel } from '@foretoken/core';
import { onnxBackend, withTransformersModel } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { exportTransformersFolder } from '../packages/onnx-backend/dist/graph/export/export-transformers-folder.js';
import { machine } from './support/machine.js';

const goal = 0.5;
/** Tokens in the cache, and tokens of a pass. */
const cases = [
  { context: 128, tokens: 1 },
  { context: 900, tokens: 1 },
  { context: 128, tokens: 8 },
] as const;
const rounds = 60;
const batch = 5;
/** One thread: on a machine that others use too, two that wait for each other measure the others. */
const threads = 1;

const folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-bench-'));
const results: object[] = [];
for (const [name, source] of Object.entries(tinyModels)) {
  const ways: Readonly<Record<string, LanguageModel>> = {
    'C API': await onnxBackend.loadModel(source, { access: 'native', threads, cacheFolder: folder }),
    'JavaScript API, own thread, cache in place': await onnxBackend.loadModel(source, {
      access: 'stock',
      threads,
      cacheFolder: folder,
    }),
    'JavaScript API, main thread, cache copied': await openPlain(name, source),
  };
  for (const { context, tokens } of cases) {
    const times = await measure(Object.values(ways), context, tokens);
    for (const [index, way] of Object.keys(ways).entries()) {
      const { wall, processor } = times[index] as Times;
      results.push({ model: name, context, tokens, way, wall: summary(wall), processor: summary(processor) });
    }
    const [native, ...others] = times.map(({ wall, processor }) => [
      percentile(wall, 0.1),
      percentile(processor, 0.1),
    ]) as [number, number][];
    for (const [index, other] of others.entries()) {
      const [wall, processor] = other.map((value, kind) => ((native as number[])[kind] as number) / value);
      console.log(
        `${name}, ${tokens} after ${context}: C API ${native?.[0]?.toFixed(2)} ms, ${Object.keys(ways)[index + 1]} ${other[0].toFixed(2)} ms: ${wall?.toFixed(2)}x of the time, ${processor?.toFixed(2)}x of the processor's (goal ${goal})`,
      );
    }
  }
  for (const model of Object.values(ways)) await model.close();
}
await rm(folder, { recursive: true });

await writeFile(
  new URL('results/onnx-pass-cost.json', import.meta.url),
  `${JSON.stringify({ command: 'npx tsx bench/onnx-pass-cost.ts', machine, threads, unit: 'milliseconds', goal, results }, null, 2)}\n`,
);

interface Times {
  readonly wall: number[];
  readonly processor: number[];
}

/** All ways in turn, so that what else the machine does falls on all of them. */
async function measure(models: readonly LanguageModel[], context: number, tokens: number): Promise<Times[]> {
  const prompt = Array.from({ length: context }, (_, index) => (index * 7919) % 8000);
  const sequences = models.map((model) => model.createSequence());
  for (const [index, model] of models.entries())
    await model.forward([{ sequence: sequences[index] as never, tokens: prompt, rows: 'none' }]);
  const times = models.map((): Times => ({ wall: [], processor: [] }));
  for (let round = -3; round < rounds; round++) {
    for (const [index, model] of models.entries()) {
      const sequence = sequences[index] as (typeof sequences)[number];
      const usage = process.cpuUsage();
      const start = performance.now();
      for (let repetition = 0; repetition < batch; repetition++) {
        await model.forward([{ sequence, tokens: prompt.slice(0, tokens), rows: 'all' }]);
        sequence.doRollback(context);
      }
      const { user, system } = process.cpuUsage(usage);
      if (round < 0) continue;
      times[index]?.wall.push((performance.now() - start) / batch);
      times[index]?.processor.push((user + system) / 1000 / batch);
    }
  }
  for (const sequence of sequences) sequence.close();
  return times;
}

/** An export for transformers.js, in a session of onnxruntime-node on this thread. */
async function openPlain(name: string, source: string): Promise<LanguageModel> {
  const target = path.join(folder, name);
  const file = await exportTransformersFolder(source, target, { weightFormat: 'int8' });
  const require = createRequire(new URL('../packages/onnx-backend/package.json', import.meta.url));
  const { InferenceSession } = require('onnxruntime-node') as {
    InferenceSession: { create(path: string, options: object): Promise<unknown> };
  };
  const session = await InferenceSession.create(file, { intraOpNumThreads: threads });
  const json = async (part: string): Promise<object> =>
    JSON.parse(await readFile(path.join(target, part), 'utf8')) as object;
  return withTransformersModel(
    { sessions: { model: session }, config: await json('config.json') },
    { _tokenizerJSON: await json('tokenizer.json') },
  );
}

function summary(values: readonly number[]): object {
  const [p10, median, p90] = [0.1, 0.5, 0.9].map((share) => percentile(values, share));
  return { p10, median, p90 };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return Number((sorted[Math.floor(share * (sorted.length - 1))] as number).toFixed(4));
}
