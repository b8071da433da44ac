import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LanguageModel } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { onnxBackend } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { expect, test } from 'vitest';

// Two engines that share no code, on the same Q8_0 weights. Both round activations to 8 bits, in ways of their own:
// where two tokens are nearly as likely, either may be first.

const positions = 1000;
const perPrompt = 125;
const prompts = [
  'export function sum(values: readonly number[]): number {\n',
  "import { readFile } from 'node:fs/promises';\n\n",
  'export class Queue<T> {\n',
  'const users = await Promise.all(ids.map(async (id) => {\n',
  'interface Options {\n',
  "describe('the parser', () => {\n",
  'export async function fetchJson(url: string) {\n  const response =',
  '/** Returns the largest of some numbers. */\n',
];

test('the target has the same distributions on both engines', async () => {
  const cacheFolder = await mkdtemp(path.join(tmpdir(), 'foretoken-agree-'));
  const llama = await llamacppBackend.loadModel(tinyModels.target, { threads: 1 });
  const onnx = await onnxBackend.loadModel(tinyModels.target, { cacheFolder });
  try {
    const divergences: number[] = [];
    let agreements = 0;
    for (const prompt of prompts) {
      const sequences = [llama, onnx].map((model) => model.createSequence());
      let tokens = llama.tokenizer.encode(prompt);
      for (let step = 0; step < perPrompt; step++) {
        const [expected, actual] = await Promise.all(
          sequences.map(async (sequence) => {
            const [result] = await (sequence.model as LanguageModel).forward([
              { sequence, tokens, rows: 'last' },
            ]);
            return Float32Array.from(result?.logits.read(0) as Float32Array);
          }),
        );
        const law = logProbabilities(expected as Float32Array);
        const other = logProbabilities(actual as Float32Array);
        divergences.push(
          law.reduce((sum, value, at) => sum + Math.exp(value) * (value - (other[at] as number)), 0),
        );
        if (argmax(law) === argmax(other)) agreements += 1;
        // Llama.cpp writes the text.
        tokens = [argmax(law)];
      }
      for (const sequence of sequences) sequence.close();
    }
    const mean = divergences.reduce((sum, value) => sum + value, 0) / positions;
    const agreement = agreements / positions;
    console.log(
      `${llama.capabilities.engine} against ${onnx.capabilities.engine}, ${positions} positions: mean KL ${mean.toExponential(2)}, largest ${Math.max(...divergences).toExponential(2)}, top-1 agreement ${(100 * agreement).toFixed(1)} %`,
    );
    expect(divergences).toHaveLength(positions);
    expect(mean).toBeLessThan(1e-3);
    expect(agreement).toBeGreaterThan(0.99);
  } finally {
    await Promise.all([llama.close(), onnx.close()]);
    await rm(cacheFolder, { recursive: true });
  }
});

function logProbabilities(logits: Float32Array): Float64Array {
  const values = Float64Array.from(logits);
  const most = values.reduce((left, right) => Math.max(left, right));
  const shift = most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
  return values.map((value) => value - shift);
}

function argmax(values: Float64Array): number {
  return values.reduce((best, value, at) => (value > (values[best] as number) ? at : best), 0);
}
