import { compareTargets } from '@foretoken/audit';
import { createForcedTokenDrafter, generateText, type LanguageModel } from '@foretoken/core';
import { createGrammarCompiler } from '@foretoken/grammar';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { onnxBackend } from '@foretoken/onnx-backend';
import { describe, expect, test } from 'vitest';
import { missing, realModels } from './real-models.js';

const absent = missing(realModels.draft);
const options = { contextLength: 256, maximumSequences: 2 };

/** Opens the 0.5B on ONNX Runtime; its K-quantised weights are dequantised, and computed in blocks of 8 bits. */
async function withOnnx(use: (model: LanguageModel) => Promise<void>): Promise<void> {
  const model = await onnxBackend.loadModel(realModels.draft, { ...options, weightFormat: 'int8' });
  try {
    await use(model);
  } finally {
    await model.close();
  }
}

describe.skipIf(absent !== undefined)(`a real model on ONNX Runtime${absent ? `, ${absent}` : ''}`, () => {
  test('has the distribution that llama.cpp gives its file, up to rounding to 8 bits', async () => {
    const reference = await llamacppBackend.loadModel(realModels.draft, options);
    try {
      await withOnnx(async (candidate) => {
        const texts = [
          'export function add(',
          'A list of three colours:',
          '# How to read a file in Python\n',
        ];
        const comparison = await compareTargets({
          reference,
          candidate,
          prompts: texts.map((text) => reference.tokenizer.encode(text)),
          maximumTokens: 24,
          margin: 0.1,
          seed: 1,
          clock: () => performance.now(),
        });
        const { totalVariation, sameTop } = comparison;
        console.log(
          `mean total variation ${totalVariation.estimate.toFixed(3)}, the same most probable token in ${(100 * sameTop.estimate).toFixed(0)} % of ${comparison.positions} positions`,
        );
        expect(totalVariation.estimate).toBeLessThan(0.1);
        expect(sameTop.estimate).toBeGreaterThan(0.9);
      });
    } finally {
      await reference.close();
    }
  });

  test('writes JSON for a schema, and the same with forced tokens drafted', async () => {
    await withOnnx(async (target) => {
      const compiler = createGrammarCompiler(target.tokenizer);
      const grammar = await compiler.compileJsonSchema({
        type: 'object',
        properties: {
          colour: { enum: ['red', 'green'] },
          count: { type: 'integer', minimum: 1, maximum: 99 },
        },
        required: ['colour', 'count'],
      });
      const prompt = target.tokenizer.encode('The sky at noon as JSON: ');
      const shared = { target, prompt, maximumTokens: 40, draftLength: 4 };
      const write = (drafter?: ReturnType<typeof createForcedTokenDrafter>) =>
        generateText({
          ...shared,
          drafter,
          sampling: { temperature: 0, allowedTokens: grammar.allowedTokens(prompt.length) },
        });
      const [plain, drafted] = [await write(), await write(createForcedTokenDrafter())];
      expect(JSON.parse(plain.text)).toMatchObject({ colour: expect.stringMatching(/^(red|green)$/) });
      expect(drafted.text).toBe(plain.text);
      expect(drafted.counters.acceptedCount).toBeGreaterThan(0);
    });
  });
});
