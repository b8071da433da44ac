/**
 * The event loop during passes: ticks of a 1 ms timer while the engine works, as a share of an idle process's.
 * Run: npx tsx bench/onnx-event-loop.ts (after npm run build).
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { LanguageModel } from '@foretoken/core';
import { type OnnxOptions, onnxBackend } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { machine } from './support/machine.js';

const goal = 0.8;
const rounds = 8;
const milliseconds = 1500;

const folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-bench-'));
const tokens = Array.from({ length: 512 }, (_, index) => (index * 7919) % 8000);
const settings: readonly OnnxOptions[] = [
  { access: 'native', threads: 2 },
  { access: 'native', threads: 1 },
  { access: 'stock', threads: 2 },
];
const results: object[] = [];
for (const options of settings) {
  const model = await onnxBackend.loadModel(tinyModels.target, { ...options, cacheFolder: folder });
  for (const [work, length] of [
    ['prompts of 512 tokens', 512],
    ['passes of one token', 1],
  ] as const) {
    const shares: number[] = [];
    // In turn, so that what else the machine does falls on both.
    for (let round = 0; round < rounds; round++) {
      const idle = await ticks(async () => new Promise((resolve) => setTimeout(resolve, milliseconds)));
      const busy = await ticks(() => readOn(model, length));
      shares.push(busy / idle);
    }
    const [p10, median, p90] = [0.1, 0.5, 0.9].map((share) => percentile(shares, share));
    results.push({ ...options, work, p10, median, p90, goal });
    console.log(
      `${options.access}, ${options.threads} threads, ${work}: ${(100 * (median as number)).toFixed(0)} % of the ticks of an idle process [${(100 * (p10 as number)).toFixed(0)}, ${(100 * (p90 as number)).toFixed(0)}], goal ${100 * goal} %`,
    );
  }
  await model.close();
}
await rm(folder, { recursive: true });

await writeFile(
  new URL('results/onnx-event-loop.json', import.meta.url),
  `${JSON.stringify({ command: 'npx tsx bench/onnx-event-loop.ts', machine, rounds, milliseconds, results }, null, 2)}\n`,
);

/** Ticks a second while something goes on. */
async function ticks(during: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
  }, 1);
  const start = performance.now();
  await during();
  const seconds = (performance.now() - start) / 1000;
  clearInterval(timer);
  return count / seconds;
}

async function readOn(model: LanguageModel, length: number): Promise<void> {
  const sequence = model.createSequence();
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    await model.forward([{ sequence, tokens: tokens.slice(0, length), rows: 'last' }]);
    if (sequence.length > 400) sequence.doRollback(0);
  }
  sequence.close();
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(share * (sorted.length - 1))] as number;
}
