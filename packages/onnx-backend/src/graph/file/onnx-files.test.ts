import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { CacheWriteError, InvalidModelFileError } from '@foretoken/core';
import { describe, expect, it, test } from 'vitest';
import { randomNumbers } from '../../../testing/random-numbers.js';
import { readConstants } from '../../../testing/read-constants.js';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { float, GraphBuilder, int, ints } from './graph-builder.js';
import type { OnnxModel } from './onnx-model.js';
import { readOnnx } from './read-onnx.js';
import { writeOnnx } from './write-onnx.js';

const inFolder = temporaryFolder();

/** Constants of 0.5 KB, 100 KB and 80 KB, and every kind of attribute. */
function sampleModel(metadata = 'välue'): OnnxModel {
  const builder = new GraphBuilder();
  const values = (length: number): Float32Array => Float32Array.from({ length }, (_, index) => index / 7);
  for (const [name, shape] of [
    ['small', [128]],
    ['large', [256, 100]],
    ['other', [20_000]],
  ] as const) {
    const length = shape.reduce((product: number, size) => product * size, 1);
    const bytes = new Uint8Array(values(length).buffer);
    builder.tensor({ name, elementType: 'float32', shape, data: () => bytes });
  }
  builder.integers('axes', [0, -1]);
  builder.node('Transpose', 'turned', ['x', 'large'], {
    perm: ints([1, 0]),
    axis: int(-1),
    alpha: float(0.5),
  });
  builder.contrib('MatMulNBits', ['y'], ['turned', '', 'other']);
  const graph = builder.finish('sample', {
    inputs: [
      { name: 'x', elementType: 'int64', shape: [1, 'tokens'] },
      { name: 'scalar', elementType: 'int32', shape: [] },
    ],
    outputs: [{ name: 'y', elementType: 'float16', shape: ['rows', 8192] }],
  });
  return {
    graph,
    operatorSets: new Map([
      ['', 24],
      ['com.microsoft', 1],
    ]),
    producer: { name: 'foretoken', version: '1' },
    metadata: new Map([['key', metadata]]),
  };
}

const described = {
  fileFormatVersion: 10,
  producer: { name: 'foretoken', version: '1' },
  operatorSets: new Map([
    ['', 24],
    ['com.microsoft', 1],
  ]),
  metadata: new Map([['key', 'välue']]),
  inputs: [
    { name: 'x', elementType: 'int64', shape: [1, 'tokens'] },
    { name: 'scalar', elementType: 'int32', shape: [] },
  ],
  outputs: [{ name: 'y', elementType: 'float16', shape: ['rows', 8192] }],
  operators: new Set(['Transpose', 'com.microsoft.MatMulNBits']),
};

describe('a written model is read back', () => {
  it('with its weights inside', async () => {
    const target = inFolder('inside.onnx');
    expect(await writeOnnx(target, sampleModel())).toEqual([target]);
    expect(await readOnnx(target)).toEqual({ path: target, ...described, dataFiles: [] });
  });

  it('with its large weights in a file beside it, at places that can be mapped, and the same bytes', async () => {
    const inside = inFolder('inside.onnx');
    const outside = inFolder('outside.onnx');
    await writeOnnx(inside, sampleModel());
    const files = await writeOnnx(outside, sampleModel(), { externalAbove: 1000 });
    expect(files).toEqual([outside, `${outside}.data`]);
    expect(await readOnnx(outside)).toEqual({ path: outside, ...described, dataFiles: [`${outside}.data`] });
    expect((await stat(outside)).size).toBeLessThan(3000);
    expect((await stat(`${outside}.data`)).size).toBe(2 * 65_536 + 80_000);
    const [left, right] = [await readConstants(inside), await readConstants(outside)];
    for (const [name, { bytes }] of left)
      expect(Buffer.compare(bytes, right.get(name)?.bytes as Buffer)).toBe(0);
  });

  it('again over an older one, whose readers keep what they opened', async () => {
    const target = inFolder('twice.onnx');
    await writeOnnx(target, sampleModel('first'));
    await writeOnnx(target, sampleModel('second'));
    expect((await readOnnx(target)).metadata.get('key')).toBe('second');
  });
});

describe('files that are no sound models', () => {
  it('says which weights are missing or cut', async () => {
    const target = inFolder('cut.onnx');
    await writeOnnx(target, sampleModel(), { externalAbove: 1000 });
    await truncate(`${target}.data`, 150_000);
    await expect(readOnnx(target)).rejects.toThrow(/other lies at 131072.*cut\.onnx\.data.*150000/);
    await rm(`${target}.data`);
    await expect(readOnnx(target)).rejects.toThrow(/cut\.onnx\.data, which is not there/);
  });

  it('refuses weights from outside of the folder', async () => {
    const target = inFolder('escape.onnx');
    await writeOnnx(target, sampleModel(), { externalAbove: 1000 });
    const bytes = await readFile(target);
    const place = bytes.indexOf('escape.onnx.data');
    bytes.write('../scape.onnx.da', place);
    await writeFile(target, bytes);
    await expect(readOnnx(target)).rejects.toThrow(/no file of the model's folder/);
  });

  it('refuses what is no file, not there, empty, or something else', async () => {
    await writeFile(inFolder('empty.onnx'), '');
    await writeFile(inFolder('text.onnx'), 'This is not a model.');
    await writeFile(inFolder('gguf.onnx'), Buffer.from('GGUF\u0003\0\0\0\0\0\0\0\0\0\0\0'));
    for (const name of ['empty.onnx', 'text.onnx', 'gguf.onnx', 'none.onnx', '.']) {
      await expect(readOnnx(inFolder(name))).rejects.toThrow(InvalidModelFileError);
    }
  });

  it('refuses every truncation', async () => {
    const target = inFolder('whole.onnx');
    await writeOnnx(target, sampleModel());
    const bytes = await readFile(target);
    const cut = inFolder('truncated.onnx');
    const lengths = Array.from({ length: 150 }, (_, index) => Math.floor((index / 150) ** 3 * bytes.length));
    for (const length of lengths) {
      await writeFile(cut, bytes.subarray(0, length));
      await expect(readOnnx(cut), `${length} bytes`).rejects.toThrow(InvalidModelFileError);
    }
  });

  it('reads or refuses every mutation, and never fails otherwise', async () => {
    const target = inFolder('whole.onnx');
    await writeOnnx(target, sampleModel(), { externalAbove: 1000 });
    const bytes = await readFile(target);
    const mutated = inFolder('mutated.onnx');
    const random = randomNumbers(11);
    let refused = 0;
    for (let trial = 0; trial < 600; trial++) {
      const copy = Buffer.from(bytes);
      const count = 1 + Math.floor(random() * 4);
      for (let change = 0; change < count; change++) {
        copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
      }
      await writeFile(mutated, copy);
      try {
        await readOnnx(mutated);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidModelFileError);
        refused += 1;
      }
    }
    // Most bytes are structure; the rest are names and numbers that may be anything.
    expect(refused).toBeGreaterThan(200);
  });
});

test('a folder that is none is a CacheWriteError that says what to do', async () => {
  await writeFile(inFolder('file'), '');
  const target = inFolder('file/model.onnx');
  await expect(writeOnnx(target, sampleModel())).rejects.toThrow(CacheWriteError);
  await expect(writeOnnx(target, sampleModel())).rejects.toThrow(/file.model\.onnx.*ENOTDIR.*cacheFolder/);
});
