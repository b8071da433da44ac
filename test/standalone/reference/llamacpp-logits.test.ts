import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type LlamacppOptions, llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, expect, test } from 'vitest';
import { type LogitsDistance, compareLogits } from './compare-logits.js';
import { fixtureFolder, readFixtureBytes } from './read-fixture.js';
import { writeFloat32Copy } from './write-float32-copy.js';

// llama.cpp and the oracle read the same weights. What parts them: for every product with a Q8_0 or Q4_0
// matrix llama.cpp rounds the activations to 8 bits too, 32 to a scale, so that it can multiply whole
// numbers; and its cache keeps keys and values in float16. Each of these moves a logit by a few
// hundredths. The last tests show that this is all of it: the same weights written out as float32, with a
// float32 cache, leave only the rounding of float32 sums.

const folder = await mkdtemp(path.join(tmpdir(), 'foretoken-reference-'));
afterAll(() => rm(folder, { recursive: true }));

test('the embedded target: mean KL divergence below 1e-3', async () => {
  const distance = await measure('logits-target', tinyModels.target);
  expect(distance.prompts).toBe(50);
  expect(distance.meanDivergence).toBeLessThan(1e-3);
  expect(distance.sameArgmax).toBeGreaterThan(0.97);
});

test('the embedded draft: mean KL divergence below 1e-3', async () => {
  const distance = await measure('logits-draft', tinyModels.draft);
  expect(distance.prompts).toBe(50);
  expect(distance.meanDivergence).toBeLessThan(1e-3);
  expect(distance.sameArgmax).toBeGreaterThan(0.95);
});

test('a random qwen2 model in Q8_0, Q4_0 and F16', async () => {
  // Random weights give rounding more room than trained ones, so its bound is wider.
  const distance = await measure('logits-qwen2', await qwen2());
  expect(distance.meanDivergence).toBeLessThan(1e-2);
});

test.each(['logits-draft', 'logits-qwen2'])(
  '%s, weights and cache in float32: nothing is left',
  async (name) => {
    const copy = path.join(folder, `${name}.gguf`);
    await writeFloat32Copy(name === 'logits-draft' ? tinyModels.draft : await qwen2(), copy);
    const distance = await measure(name, copy, { kvType: 'f32' });
    expect(distance.largest).toBeLessThan(2e-4);
    expect(distance.meanDivergence).toBeLessThan(1e-6);
    expect(distance.sameArgmax).toBeGreaterThan(0.999);
  },
);

/** The path of the fixture's model, once its hash is right. */
async function qwen2(): Promise<string> {
  await readFixtureBytes('qwen2.gguf');
  return path.join(fixtureFolder, 'qwen2.gguf');
}

async function measure(name: string, file: string, options: LlamacppOptions = {}): Promise<LogitsDistance> {
  const model = await llamacppBackend.loadModel(file, { threads: 1, maximumSequences: 1, ...options });
  try {
    const distance = await compareLogits(model, name);
    console.log(
      `${name} ${path.basename(file)}: largest logit difference ${distance.largest.toPrecision(3)}, ` +
        `KL mean ${distance.meanDivergence.toExponential(2)} largest ${distance.largestDivergence.toExponential(2)}, ` +
        `same argmax ${(100 * distance.sameArgmax).toFixed(2)} %`,
    );
    return distance;
  } finally {
    await model.close();
  }
}
