/**
 * Greedy continuations by this product, for the comparison with Hugging Face transformers: plain, and drafted
 * under every rule. `npm run reference -- --peers` runs it; parameters: the folder of the models, and the file
 * to write.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createModelDrafter, generateText, type LanguageModel, verificationRules } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { convertHuggingFaceFolder } from '@foretoken/models';
import { readFixture } from './read-fixture.js';
import { writeFloat32Copy } from './write-float32-copy.js';

const promptCount = 20;
const maximumTokens = 64;
const draftLength = 4;

const [, , models, output] = process.argv;
if (models === undefined || output === undefined) throw new Error('Usage: write-greedy-texts MODELS OUTPUT');

const { prompts } = await readFixture<{ prompts: readonly { tokens: readonly number[] }[] }>(
  'logits-target.json',
);
const folder = await mkdtemp(path.join(tmpdir(), 'foretoken-peers-'));
try {
  const target = await load('target');
  const draft = await load('draft');
  const drafter = createModelDrafter({ model: draft, target });
  const sampling = { temperature: 0 };
  const texts = [];
  for (const { tokens: prompt } of prompts.slice(0, promptCount)) {
    const plain = await generateText({ target, prompt, sampling, maximumTokens });
    const drafted: Record<string, readonly number[]> = {};
    for (const rule of verificationRules.keys()) {
      const options = { target, drafter, draftLength, rule, prompt, sampling, maximumTokens };
      drafted[rule] = (await generateText(options)).tokens;
    }
    texts.push({ prompt, plain: plain.tokens, drafted });
  }
  await writeFile(output, JSON.stringify({ maximumTokens, draftLength, texts }));
  for (const open of [drafter, draft, target]) await open.close();
} finally {
  await rm(folder, { recursive: true });
}

/** The float16 weights in float32, with a float32 cache, so that arithmetic is all that can differ. */
async function load(name: 'target' | 'draft'): Promise<LanguageModel> {
  const half = path.join(folder, `${name}-f16.gguf`);
  const whole = path.join(folder, `${name}.gguf`);
  await convertHuggingFaceFolder(models as string, half, {
    format: 'F16',
    config: `${name}.config.json`,
    weights: `${name}.safetensors`,
  });
  await writeFloat32Copy(half, whole);
  return llamacppBackend.loadModel(whole, { maximumSequences: 1, kvType: 'f32' });
}
