import { readFile, truncate, writeFile } from 'node:fs/promises';
import {
  ContextOverflowError,
  ForetokenError,
  InvalidArgumentError,
  InvalidModelFileError,
  type LanguageModel,
  UnsupportedError,
  VocabularyMismatchError,
} from '@foretoken/core';
import { type Access, onnxBackend } from '@foretoken/onnx-backend';
import { readGguf, readTensorBytes } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeRandomGguf } from '../../testing/random-gguf.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { generateGraph } from '../graph/generate-graph.js';

const inFolder = temporaryFolder();
const tokenizer = tinyModels.draft;
const seed = 20261124;

/** The draft's graph, whose weights can be found in the file. */
let graph: Buffer;

beforeAll(async () => {
  await generateGraph(tinyModels.draft, inFolder('sound.onnx'), { weightFormat: 'float32' });
  graph = await readFile(inFolder('sound.onnx'));
});

/** A graph with some bytes replaced by as many others. */
async function writeChanged(
  name: string,
  from: Uint8Array | string,
  to: Uint8Array | string,
): Promise<string> {
  const changed = Buffer.from(graph);
  const [before, after] = [Buffer.from(from as string), Buffer.from(to as string)];
  expect(after.length).toBe(before.length);
  let count = 0;
  for (let at = changed.indexOf(before); at >= 0; at = changed.indexOf(before, at + 1)) {
    after.copy(changed, at);
    count += 1;
  }
  expect(count).toBeGreaterThan(0);
  const file = inFolder(name);
  await writeFile(file, changed);
  return file;
}

describe.each<Access>(['native', 'stock'])('through %s access', (access) => {
  const load = (source: string): Promise<LanguageModel> =>
    onnxBackend.loadModel(source, { access, tokenizer });

  test('a sound graph loads, and its path is its name', async () => {
    const model = await load(inFolder('sound.onnx'));
    expect(model.name).toBe('sound.onnx');
    await model.close();
  });

  test('an operator that the library lacks is named', async () => {
    const file = await writeChanged('operator.onnx', 'GroupQueryAttention', 'GroupQueryAttentiox');
    await expect(load(file)).rejects.toThrow(UnsupportedError);
    await expect(load(file)).rejects.toThrow(/needs an operator .*GroupQueryAttentiox/);
  });

  test('weights that are no numbers are found', async () => {
    const file = await readGguf(tinyModels.draft);
    const norm = await readTensorBytes(file, 'output_norm.weight');
    const damaged = Uint8Array.from(norm);
    new DataView(damaged.buffer).setFloat32(0, Number.NaN, true);
    const source = await writeChanged('nan.onnx', norm, damaged);
    await expect(load(source)).rejects.toThrow(InvalidModelFileError);
    await expect(load(source)).rejects.toThrow(/not finite: its weights hold NaN/);
  });

  test('nodes that do not fit together are refused by the engine, and said', async () => {
    const file = await writeChanged('nodes.onnx', 'hidden_states', 'hidden_stateX');
    await expect(load(file)).rejects.toThrow(InvalidModelFileError);
  });
});

test('a truncated graph is refused before the engine sees it', async () => {
  for (const bytes of [0, 1, 100, graph.length >> 1, graph.length - 1]) {
    await writeFile(inFolder('cut.onnx'), graph);
    await truncate(inFolder('cut.onnx'), bytes);
    await expect(onnxBackend.loadModel(inFolder('cut.onnx'), { tokenizer })).rejects.toThrow(
      InvalidModelFileError,
    );
  }
});

test('a graph of another version of the generator is refused', async () => {
  const file = await writeChanged('version.onnx', '"generatorVersion":1', '"generatorVersion":7');
  await expect(onnxBackend.loadModel(file, { tokenizer })).rejects.toThrow(UnsupportedError);
  await expect(onnxBackend.loadModel(file, { tokenizer })).rejects.toThrow(
    /version 7 of the graph generator/,
  );
});

test('inputs and outputs that are not the expected ones are each named', async () => {
  const file = await writeChanged('layers.onnx', '"layers":2', '"layers":3');
  await expect(onnxBackend.loadModel(file, { tokenizer })).rejects.toThrow(
    /input past_key_values.2.key is missing.*input past_key_values.2.value is missing.*output present.2.key is missing/,
  );
});

test('sources that are no models say what they are', async () => {
  await writeFile(inFolder('text.onnx'), 'no graph');
  await writeFile(inFolder('text.gguf'), 'no model');
  await writeRandomGguf(inFolder('foreign.gguf'), { architecture: 'mamba', format: 'F32' });
  const load = (name: string) =>
    onnxBackend.loadModel(inFolder(name), { tokenizer, cacheFolder: inFolder('') });
  await expect(load('text.onnx')).rejects.toThrow(InvalidModelFileError);
  await expect(load('text.gguf')).rejects.toThrow(InvalidModelFileError);
  await expect(load('absent.gguf')).rejects.toThrow(/no such file or folder/);
  await expect(load('')).rejects.toThrow(/holds neither safetensors nor any of onnx\/model.onnx/);
  await expect(load('foreign.gguf')).rejects.toThrow(UnsupportedError);
  await expect(load('foreign.gguf')).rejects.toThrow(/"mamba".*llama, mistral/);
  await expect(onnxBackend.loadModel(inFolder('sound.onnx'))).rejects.toThrow(/option tokenizer/);
});

test('a tokenizer of another model is refused', async () => {
  await writeRandomGguf(inFolder('small.gguf'), { architecture: 'llama', format: 'F32' });
  await expect(
    onnxBackend.loadModel(inFolder('small.gguf'), { tokenizer, cacheFolder: inFolder('') }),
  ).rejects.toThrow(VocabularyMismatchError);
});

test('options out of range are refused', async () => {
  const load = (options: object) => onnxBackend.loadModel(inFolder('sound.onnx'), { tokenizer, ...options });
  for (const options of [
    { threads: 0 },
    { threads: 1.5 },
    { threads: 100_000 },
    { maximumSequences: 0 },
    { maximumSequences: Number.NaN },
    { contextLength: 0 },
    { contextLength: 1025 },
  ]) {
    await expect(load(options)).rejects.toThrow(InvalidArgumentError);
  }
  await expect(load({ signal: AbortSignal.abort() })).rejects.toHaveProperty('name', 'AbortError');
});

test('a tree may be as wide as a pass at the end of the context, and no deeper', async () => {
  const model = await onnxBackend.loadModel(inFolder('sound.onnx'), { tokenizer, contextLength: 1024 });
  const sequence = model.createSequence();
  const { maximumPassTokens } = model.capabilities;
  await model.forward([{ sequence, tokens: new Array<number>(1023).fill(5), rows: 'none' }]);
  const roots = {
    tokens: new Array<number>(maximumPassTokens).fill(7),
    parents: new Array<number>(maximumPassTokens).fill(-1),
  };
  const [result] = await model.forward([{ sequence, ...roots, rows: 'all' }]);
  const [first, last] = [result?.logits.read(0), result?.logits.read(maximumPassTokens - 1)];
  expect(largest(first as Float32Array, last as Float32Array)).toBeLessThan(1e-3);
  sequence.doCommitPath([maximumPassTokens - 1]);
  expect(sequence.length).toBe(1024);
  sequence.doRollback(1023);
  await expect(model.forward([{ sequence, tokens: [1, 2], parents: [-1, 0], rows: 'all' }])).rejects.toThrow(
    ContextOverflowError,
  );
  await model.close();
});

test('no request, however bad, ends the process or the model', async () => {
  const model = await onnxBackend.loadModel(inFolder('sound.onnx'), { tokenizer, contextLength: 40 });
  const anything = fc.oneof(
    fc.integer({ min: -3, max: 9000 }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0.5, -1, 2 ** 31, 2 ** 53, 8191, 8192),
  );
  const request = fc.record(
    {
      tokens: fc.array(anything, { maxLength: 50 }),
      parents: fc.option(fc.array(anything, { maxLength: 50 }), { nil: undefined }),
      rows: fc.oneof(
        fc.constantFrom('all', 'last', 'none', 'first'),
        fc.array(fc.integer({ min: -2, max: 60 }), { maxLength: 5 }),
      ),
      hiddenStates: fc.boolean(),
    },
    { requiredKeys: ['tokens', 'rows'] },
  );
  const sequence = model.createSequence();
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(request, fc.integer({ min: -1, max: 41 }), async (bad, length) => {
      try {
        await model.forward([{ sequence, ...(bad as object) } as never]);
        accepted += 1;
        // Drops a tree that waits.
        sequence.doRollback(sequence.length);
        sequence.doRollback(length);
      } catch (error) {
        if (!ForetokenError.isInstance(error)) throw error;
      }
    }),
    { seed, numRuns: 400 },
  );
  expect(accepted).toBeGreaterThan(0);
  sequence.doRollback(0);
  const [result] = await model.forward([{ sequence, tokens: [1, 2, 3], rows: 'last' }]);
  expect(result?.logits.read(0).every((logit) => Number.isFinite(logit))).toBe(true);
  await model.close();
});

function largest(left: Float32Array, right: Float32Array): number {
  return left.reduce((most, value, index) => Math.max(most, Math.abs(value - (right[index] as number))), 0);
}
