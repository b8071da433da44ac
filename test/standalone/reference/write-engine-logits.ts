/**
 * Logits and greedy texts of the embedded family on both engines, for docs/three-implementations.md. Parameters: a
 * JSON file with a request per model, and the folder for MODEL-ENGINE.bin (float32 rows, one after the other) and
 * answer.json.
 */
import { open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateText, type LanguageModel } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { onnxBackend } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';

interface Request {
  /** Texts of which all rows are wanted. */
  readonly whole: readonly (readonly number[])[];
  /** Texts of which the last row is wanted; these follow in the file. */
  readonly last: readonly (readonly number[])[];
  readonly greedy: readonly (readonly number[])[];
  readonly greedyTokens: number;
}

const [, , requestFile, folder] = process.argv;
if (requestFile === undefined || folder === undefined) {
  throw new Error('Usage: write-engine-logits REQUEST FOLDER');
}
const requests = JSON.parse(await readFile(requestFile, 'utf8')) as Record<'target' | 'draft', Request>;
const greedy: Record<string, unknown> = {};
const engineNames = new Set<string>();
for (const [name, request] of Object.entries(requests)) {
  const file = tinyModels[name as 'target' | 'draft'];
  const engines = {
    'llama.cpp': () => llamacppBackend.loadModel(file, { threads: 1, maximumSequences: 1 }),
    'ONNX Runtime': () => onnxBackend.loadModel(file, { cacheFolder: path.join(folder, 'cache') }),
  };
  for (const [engine, load] of Object.entries(engines)) {
    const model = await load();
    engineNames.add(model.capabilities.engine);
    try {
      await writeRows(model, request, path.join(folder, `${name}-${engine}.bin`));
      greedy[`${name}-${engine}`] = await greedyTexts(model, request);
    } finally {
      await model.close();
    }
  }
}
await writeFile(path.join(folder, 'answer.json'), JSON.stringify({ greedy, engines: [...engineNames] }));

async function writeRows(model: LanguageModel, { whole, last }: Request, file: string): Promise<void> {
  const output = await open(file, 'w');
  try {
    for (const [rows, texts] of [['all', whole] as const, ['last', last] as const]) {
      for (const tokens of texts) {
        const sequence = model.createSequence();
        try {
          const [result] = await model.forward([{ sequence, tokens, rows }]);
          const { logits } = result as NonNullable<typeof result>;
          for (let row = 0; row < logits.rowCount; row++) {
            await output.writeFile(new Uint8Array(Float32Array.from(logits.read(row)).buffer));
          }
        } finally {
          sequence.close();
        }
      }
    }
  } finally {
    await output.close();
  }
}

async function greedyTexts(
  target: LanguageModel,
  { greedy: prompts, greedyTokens }: Request,
): Promise<readonly (readonly number[])[]> {
  const texts = [];
  for (const prompt of prompts) {
    const { tokens } = await generateText({
      target,
      prompt,
      sampling: { temperature: 0 },
      maximumTokens: greedyTokens,
    });
    texts.push(tokens);
  }
  return texts;
}
