/**
 * Acceptance of the embedded target's heads in float16 and in the 8 bits that are shipped, on the same continuations of
 * 160 tokens by the target after 24 prompts of everyday application code, given that the tokens before were kept
 * (bench/acceptance.ts). The embedding matrix that EAGLE and HASS share is the target's in both, in 8 bits.
 * Run: npx tsx bench/head-formats.ts FOLDER (after npm run build; some minutes). FOLDER holds target.config.json and the
 * heads in safetensors.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePrompt, generateText } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { convertHead } from '@foretoken/models';
import { loadHead } from '@foretoken/onnx-backend';
import { tinyHeads, tinyModels } from '@foretoken/tiny-models';
import {
  type AcceptanceSums,
  addHead,
  type ScoredText,
  scoreText,
} from './support/conditional-acceptance.js';
import { writeResult } from './support/write-result.js';

const promptCount = 24;
const promptLength = 128;
const continuation = 160;
const threads = 1;
const temperatures = { T1: 1, T0: 0 } as const;
type ByTemperature = Record<keyof typeof temperatures, number[]>;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: npx tsx bench/head-formats.ts FOLDER');
const target = await llamacppBackend.loadModel(tinyModels.target, { threads });
const prompts = await readFile(new URL('prompts/application-code.txt', import.meta.url), 'utf8');
const texts: Record<keyof typeof temperatures, ScoredText[]> = { T1: [], T0: [] };
for (const [seed, text] of prompts.trimEnd().split('\n---\n').slice(0, promptCount).entries()) {
  const prompt = encodePrompt(target.tokenizer, text).slice(0, promptLength);
  for (const [key, temperature] of Object.entries(temperatures)) {
    const { tokens } = await generateText({
      target,
      prompt,
      seed,
      sampling: { temperature },
      maximumTokens: continuation,
      ignoreEndTokens: true,
    });
    const scored = await scoreText(target, [...prompt, ...tokens], prompt.length, temperature);
    texts[key as keyof typeof temperatures].push(scored);
  }
}
await target.close();

const scratch = await mkdtemp(path.join(tmpdir(), 'foretoken-heads-'));
const heads: Record<string, { readonly float16: ByTemperature; readonly int8: ByTemperature }> = {};
let largestDistance = 0;
for (const [name, shipped] of Object.entries(tinyHeads)) {
  const converted = path.join(scratch, `${name}.gguf`);
  await convertHead(path.join(folder, `${name.replace('-', '_')}.safetensors`), converted, {
    name,
    format: 'F16',
    targetConfig: path.join(folder, 'target.config.json'),
  });
  const head = { float16: await measure(converted), int8: await measure(shipped) };
  heads[name] = head;
  for (const key of ['T1', 'T0'] as const) {
    console.log(`${name} ${key}: float16 ${head.float16[key].join(' ')}; int8 ${head.int8[key].join(' ')}`);
    for (const [depth, value] of head.float16[key].entries()) {
      largestDistance = Math.max(largestDistance, Math.abs(value - (head.int8[key][depth] as number)));
    }
  }
}
await rm(scratch, { recursive: true });
console.log(`largest distance ${largestDistance.toFixed(4)}`);
await writeResult('head-formats', {
  prompts: promptCount,
  promptLength,
  continuation,
  heads,
  largestDistance,
});

async function measure(source: string): Promise<ByTemperature> {
  const head = await loadHead(source, { target: tinyModels.target, threads });
  const measured: ByTemperature = { T1: [], T0: [] };
  for (const [key, temperature] of Object.entries(temperatures)) {
    const sums: AcceptanceSums = { accepted: [], count: 0 };
    for (const text of texts[key as keyof ByTemperature]) await addHead(sums, head, text, temperature);
    measured[key as keyof ByTemperature] = sums.accepted.map((sum) => Number((sum / sums.count).toFixed(4)));
  }
  await head.close();
  return measured;
}
