import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  compareGreedy,
  createForcedTokenDrafter,
  createModelDrafter,
  createModelTreeDrafter,
  createPromptLookupDrafter,
  encodePrompt,
  generateText,
  type Drafter,
  type LanguageModel,
} from '@foretoken/core';
import { createGrammarCompiler, type Grammar } from '@foretoken/grammar';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { onnxBackend } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 12 },
    kind: { enum: ['circle', 'square', 'rectangle'] },
    size: { type: 'integer', minimum: 0, maximum: 999 },
    filled: { type: 'boolean' },
    tags: { type: 'array', items: { enum: ['red', 'green', 'blue'] }, maxItems: 3 },
    parent: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/reference' }] },
  },
  required: ['name', 'kind', 'size', 'filled', 'tags', 'parent'],
  $defs: { reference: { type: 'object', properties: { id: { const: 'root' } }, required: ['id'] } },
};
const validate = new Ajv2020().compile(schema);
const text = 'export const shape: Shape = ';

describe.each(['llama.cpp', 'ONNX Runtime'])('JSON for a schema on %s', (engine) => {
  let folder: string;
  let target: LanguageModel;
  let draft: LanguageModel;
  let grammar: Grammar;
  let prompt: number[];
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'foretoken-structured-'));
    const load = (file: string): Promise<LanguageModel> =>
      engine === 'llama.cpp'
        ? llamacppBackend.loadModel(file, { threads: 1, contextLength: 256 })
        : onnxBackend.loadModel(file, { contextLength: 256, cacheFolder: folder });
    target = await load(tinyModels.target);
    draft = await load(tinyModels.draft);
    grammar = await createGrammarCompiler(target.tokenizer).compileJsonSchema(schema);
    prompt = encodePrompt(target.tokenizer, text);
  });
  afterAll(async () => {
    await draft.close();
    await target.close();
    await rm(folder, { recursive: true });
  });

  const write = (drafter: Drafter | undefined, seed: number, temperature = 1, rule = 'block') =>
    generateText({
      target,
      drafter,
      draftLength: 6,
      prompt,
      rule,
      seed,
      maximumTokens: 160,
      sampling: { temperature, allowedTokens: grammar.allowedTokens(prompt.length) },
    });

  test.each<[name: string, rule: string, create: () => Drafter | undefined]>([
    ['plain', 'block', () => undefined],
    ['forced text', 'tokenwise', () => createForcedTokenDrafter()],
    [
      'draft model',
      'block',
      () => createForcedTokenDrafter({ inner: createModelDrafter({ model: draft, target }) }),
    ],
    [
      'prompt lookup',
      'block',
      () => createForcedTokenDrafter({ inner: createPromptLookupDrafter({ minimumMatch: 1 }) }),
    ],
    [
      'tree',
      'traversal',
      () => createModelTreeDrafter({ model: draft, target, tree: { kind: 'sampled', nodes: 8 } }),
    ],
  ])('%s at temperature 1, seeds 0 and 1: every text is valid and ends', async (name, rule, create) => {
    let drafted = 0;
    let accepted = 0;
    let passes = 0;
    let tokens = 0;
    for (let seed = 0; seed < 2; seed++) {
      const drafter = create();
      const result = await write(drafter, seed, 1, rule);
      await drafter?.close();
      expect(result.drafterFailure).toBeUndefined();
      expect(result.finishReason, `seed ${seed}: ${result.text}`).toBe('end-token');
      expect(validate(JSON.parse(result.text)), `seed ${seed}: ${result.text}`).toBe(true);
      drafted += result.counters.draftedCount;
      accepted += result.counters.acceptedCount;
      tokens += result.counters.committedCount;
      passes += result.counters.committedCount / result.counters.blockEfficiency;
    }
    console.log(
      `${engine}, ${name}: ${tokens} tokens in ${passes.toFixed(0)} passes, ${accepted} of ${drafted} draft tokens accepted`,
    );
    if (name === 'forced text') expect(accepted).toBeGreaterThan(20);
  });

  test('the greedy text is the same with and without drafts, or the logits are as near as the passes', async () => {
    const plain = await write(undefined, 0, 0);
    for (const inner of [undefined, createModelDrafter({ model: draft, target })]) {
      const drafter = createForcedTokenDrafter({ inner });
      const { tokens } = await write(drafter, 0, 0);
      await drafter.close();
      const difference = await compareGreedy(target, prompt, plain.tokens, tokens);
      if (difference === undefined) expect(tokens).toEqual(plain.tokens);
      else expect(difference.cause).toBe('numerics');
    }
    expect(validate(JSON.parse(plain.text)), plain.text).toBe(true);
  });
});
