/**
 * Resident memory that one more model with one full context takes, beside its weights and its cache.
 * Run: npx tsx bench/onnx-memory.ts (after npm run build).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OnnxOptions } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { machine } from './support/machine.js';

const goal = 1.5;
const settings: readonly OnnxOptions[] = [
  { access: 'native', weightFormat: 'int8' },
  { access: 'native', weightFormat: 'float32' },
  { access: 'native', weightFormat: 'int8', cacheType: 'float16' },
  { access: 'stock', weightFormat: 'int8' },
];

interface Measured {
  readonly weights: number;
  readonly cache: number;
  readonly resident: number;
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'foretoken-bench-'));
const results = settings.map((options) => {
  // Once to generate the graph, once to measure.
  measure(options);
  const { weights, cache, resident } = measure(options);
  const share = resident / (weights + cache);
  console.log(
    `${options.access}, ${options.weightFormat}${options.cacheType === undefined ? '' : `, ${options.cacheType} cache`}: ${mebibytes(resident)} MiB for ${mebibytes(weights)} of weights and ${mebibytes(cache)} of cache: ${share.toFixed(2)}x, goal ${goal}x`,
  );
  return { ...options, weights, cache, resident, share, goal };
});
rmSync(folder, { recursive: true });
writeFileSync(
  fileURLToPath(new URL('results/onnx-memory.json', import.meta.url)),
  `${JSON.stringify({ command: 'npx tsx bench/onnx-memory.ts', machine, unit: 'bytes', results }, null, 2)}\n`,
);

/**
 * In a process of its own, in which the same model is loaded already: what is needed once is not counted. Nor is
 * V8's young generation, which grows up to 16 MiB with whatever a program does: it is held small.
 */
function measure(options: OnnxOptions): Measured {
  const script = `
    import { onnxBackend } from '@foretoken/onnx-backend';
    const options = ${JSON.stringify({ ...options, threads: 1, cacheFolder: folder })};
    const resident = async () => {
      for (let round = 0; round < 3; round++) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return process.memoryUsage.rss();
    };
    const use = async (source) => {
      const model = await onnxBackend.loadModel(source, options);
      const sequence = model.createSequence();
      const tokens = Array.from({ length: model.contextLength }, (_, index) => (index * 7919) % 8000);
      await model.forward([{ sequence, tokens, rows: 'last' }]);
      sequence.doRollback(model.contextLength - 8);
      await model.forward([{ sequence, tokens: tokens.slice(0, 8), rows: 'all' }]);
      return model;
    };
    const first = await use(${JSON.stringify(tinyModels.target)});
    const before = await resident();
    const model = await use(${JSON.stringify(tinyModels.target)});
    const { weights, cache } = model.memory();
    console.log(JSON.stringify({ weights, cache, resident: (await resident()) - before }));
    await Promise.all([first.close(), model.close()]);`;
  const output = execFileSync(
    process.execPath,
    ['--expose-gc', '--max-semi-space-size=1', '--input-type=module', '--eval', script],
    { cwd: fileURLToPath(new URL('../packages/onnx-backend', import.meta.url)), encoding: 'utf8' },
  );
  return JSON.parse(output) as Measured;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
