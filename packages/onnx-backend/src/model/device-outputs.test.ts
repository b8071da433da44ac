import { setImmediate as nextTask } from 'node:timers/promises';
import type { LanguageModel, LoadModelOptions } from '@foretoken/core';
import { backendConformance } from '@foretoken/core/testing';
import { tinyModels } from '@foretoken/tiny-models';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { openNativeSession } from '../engine/native-session.js';
import { generateGraph } from '../graph/generate-graph.js';
import type { GraphManifest } from '../graph/graph-manifest.js';
import { findTokenizer } from './find-tokenizer.js';
import { GeneratedDecoder } from './generated-decoder.js';
import { OnnxModel } from './onnx-model.js';

// What a GPU does, on the CPU: logits and cache stay in memory that only the engine looks into.

const inFolder = temporaryFolder();
let file: string;
let manifest: GraphManifest;

beforeAll(async () => {
  file = inFolder('draft.onnx');
  manifest = await generateGraph(tinyModels.draft, file, { trees: false, weightFormat: 'float32' });
});

async function loadModel(options: LoadModelOptions, keepOutputs: boolean): Promise<LanguageModel> {
  const { contextLength = 64, maximumSequences = 4 } = options;
  const session = await openNativeSession(
    file,
    { threads: 1, provider: undefined, libraryPath: undefined },
    keepOutputs,
  );
  return new OnnxModel({
    name: 'draft',
    tokenizer: await findTokenizer(tinyModels.draft),
    contextLength,
    nextTask,
    decoder: new GeneratedDecoder(session, manifest, {
      capacity: contextLength,
      passTokens: 512,
      outputRows: 4,
    }),
    passTokens: 512,
    weightBytes: 1,
    capabilities: {
      maximumLeaves: 1,
      maximumSequences,
      maximumPassTokens: 32,
      hiddenStateWidth: manifest.width,
      rollback: true,
      weightFormat: manifest.weightFormat,
      device: 'cpu',
      engine: session.engine,
    },
  });
}

describe('logits and cache on the device conform', () => {
  for (const { name, run } of backendConformance({
    loadModel: (options) => loadModel(options, true),
    tolerance: 1e-4,
  })) {
    test(name, run);
  }
});

test('what is read of logits on the device is what is there', async () => {
  const models = await Promise.all([loadModel({}, true), loadModel({}, false)]);
  const tokens = [5, 900, 31, 7, 2000, 44];
  const [device, host] = await Promise.all(
    models.map(async (model) => {
      const [result] = await model.forward([{ sequence: model.createSequence(), tokens, rows: [1, 4, 5] }]);
      return result?.logits;
    }),
  );
  for (const row of [0, 1, 2]) {
    expect(device?.read(row)).toEqual(host?.read(row));
    expect(device?.gather(row, [8191, 0, 17])).toEqual(host?.gather(row, [8191, 0, 17]));
    expect(device?.topK(row, 40)).toEqual(host?.topK(row, 40));
    expect(device?.logSumExp(row)).toBeCloseTo(host?.logSumExp(row) as number, 4);
  }
  expect(() => device?.read(3)).toThrow('There is no row 3');
  expect(() => device?.gather(0, [8192])).toThrow('There is no token 8192');
  await Promise.all(models.map((model) => model.close()));
});
