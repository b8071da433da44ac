import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import { tinyModels } from '@foretoken/tiny-models';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { generateGraph } from './generate-graph.js';
import { type GraphManifest, manifestKey } from './graph-manifest.js';
import { readManifest } from './read-manifest.js';
import { type OnnxFile, readOnnx } from './file/read-onnx.js';

const inFolder = temporaryFolder();

describe('the manifest in a graph', () => {
  let file: OnnxFile;
  let manifest: GraphManifest;

  beforeAll(async () => {
    manifest = await generateGraph(tinyModels.draft, inFolder('draft.onnx'), { weightFormat: 'int8' });
    file = await readOnnx(inFolder('draft.onnx'));
  });

  const withManifest = (text: string): OnnxFile => ({ ...file, metadata: new Map([[manifestKey, text]]) });
  const changed = (change: object): OnnxFile => withManifest(JSON.stringify({ ...manifest, ...change }));

  it('is read back, and describes the graph', async () => {
    expect(readManifest(file)).toEqual(manifest);
    for (const options of [{ trees: false }, { decomposed: true }, { cacheType: 'float16' }] as const) {
      const expected = await generateGraph(tinyModels.draft, inFolder('other.onnx'), options);
      expect(readManifest(await readOnnx(inFolder('other.onnx')))).toEqual(expected);
    }
  });

  it('is undefined for models from elsewhere', () => {
    expect(readManifest({ ...file, metadata: new Map() })).toBeUndefined();
  });

  it('names another version of the generator', () => {
    expect(() => readManifest(changed({ generatorVersion: 999 }))).toThrow(UnsupportedError);
    expect(() => readManifest(changed({ generatorVersion: 999 }))).toThrow(
      /version 999.*this is version \d+.*anew/,
    );
    expect(() => readManifest(changed({ generatorVersion: undefined }))).toThrow(UnsupportedError);
  });

  it('names every field that is not sound', () => {
    for (const [key, value] of Object.entries({
      architecture: 'gpt2',
      weightFormat: 'int2',
      accuracyLevel: 2,
      trees: 'yes',
      cacheType: 'int8',
      decomposed: null,
      vocabularySize: 0,
      contextLength: 1.5,
      width: -1,
      layers: 1e9,
      heads: 'four',
      keyValueHeads: null,
      headWidth: 2 ** 40,
      sourceHash: 'abc',
      sourceLayers: [1, 1],
    })) {
      expect(() => readManifest(changed({ [key]: value }))).toThrow(InvalidModelFileError);
      expect(() => readManifest(changed({ [key]: value }))).toThrow(key);
    }
    for (const text of ['{', 'null', '[]', '7', '"x"']) {
      expect(() => readManifest(withManifest(text))).toThrow(/manifest|version/);
    }
  });

  it('names every input and output that is not the expected one', () => {
    const inputs = file.inputs.filter(({ name }) => name !== 'rows');
    expect(() => readManifest({ ...file, inputs })).toThrow(/the input rows is missing/);
    const extra = [...file.inputs, { name: 'images', elementType: 'float32' as const, shape: [1] }];
    expect(() => readManifest({ ...file, inputs: extra })).toThrow(/the input images is unexpected/);
    const outputs = file.outputs.map((value) =>
      value.name === 'logits' ? { ...value, elementType: 'float16' as const } : value,
    );
    expect(() => readManifest({ ...file, outputs })).toThrow(
      /the output logits is float16 \[rows, 8192\], not float32 \[rows, 8192\]/,
    );
    expect(() => readManifest(changed({ layers: 3 }))).toThrow(
      /past_key_values\.2\.key is missing.*past_key_values\.2\.value is missing.*present\.2\.key is missing/,
    );
  });
});
