import { InvalidArgumentError } from '@foretoken/core';
import { expect, test } from 'vitest';
import { draftKvType } from '../engines/kv-types.js';
import { configurations, type Variations } from './configurations.js';

const of = (variations: Partial<Variations>) =>
  configurations({ backend: 'llamacpp', drafters: ['embedded'], ...variations });

test('without anything to vary there is one, as files and engines have it', () => {
  const [only, ...others] = of({});
  expect(others).toEqual([]);
  expect(only).toEqual({
    backend: 'llamacpp',
    draft: 'embedded',
    threads: undefined,
    weightFormat: undefined,
    draftWeightFormat: undefined,
    kvType: undefined,
    draftKvType: undefined,
    title: '',
  });
});

test('key-value types vary for both models, or for one of them', () => {
  const pairs = (variations: Partial<Variations>) =>
    of(variations).map(({ kvType, draftKvType: draft }) => [kvType, draft]);
  // f16 is what llama.cpp chooses by itself: asked for or not, it is the same configuration.
  expect(pairs({ kvTypes: 'f16,q8_0' })).toEqual([
    [undefined, undefined],
    [undefined, 'q8_0'],
    ['q8_0', undefined],
    ['q8_0', 'q8_0'],
  ]);
  expect(pairs({ kvTypes: 'f16,q8_0', targetKvTypes: 'f16' })).toEqual([
    [undefined, undefined],
    [undefined, 'q8_0'],
  ]);
  expect(pairs({ targetKvTypes: 'q8_0' })).toEqual([['q8_0', undefined]]);
  for (const drafters of [[], ['prompt-lookup'], ['eagle']])
    expect(pairs({ kvTypes: 'Q4_0', drafters })).toEqual([['q4_0', undefined]]);
});

test('every combination has a title of its own', () => {
  const titles = of({ kvTypes: 'f16,q8_0', weightFormats: 'source,Q4_0', threads: [1, 2] }).map(
    ({ title }) => title,
  );
  expect(titles).toHaveLength(32);
  expect(new Set(titles).size).toBe(32);
});

test('all engines come in turn, each with a draft on the same one', () => {
  const all = of({ backend: 'all', threads: [1, 2] });
  expect(all.map(({ backend, title }) => [backend, title])).toEqual([
    ['llamacpp', 'llamacpp, threads 1'],
    ['llamacpp', 'llamacpp, threads 2'],
    ['onnx', 'onnx, threads 1'],
    ['onnx', 'onnx, threads 2'],
  ]);
  // Formats have other names there.
  expect(() => of({ backend: 'all', weightFormats: 'q8_0' })).toThrow(/of the backend onnx/);
});

test('drafters come one after the other on every engine, formats of drafts with models alone', () => {
  const drafters = ['prompt-lookup', 'small.gguf'];
  const all = of({ backend: 'all', drafters, targetWeightFormats: 'source', weightFormats: 'source' });
  expect(all.map(({ title, draft }) => [title, draft])).toEqual([
    ['llamacpp, prompt-lookup', 'prompt-lookup'],
    ['llamacpp, small.gguf', 'small.gguf'],
    ['onnx, prompt-lookup', 'prompt-lookup'],
    ['onnx, small.gguf', 'small.gguf'],
  ]);
  const formats = of({ drafters, weightFormats: 'source,Q4_0', targetWeightFormats: 'source' });
  expect(formats.map(({ draft, draftWeightFormat }) => [draft, draftWeightFormat])).toEqual([
    ['prompt-lookup', undefined],
    ['small.gguf', undefined],
    ['small.gguf', 'Q4_0'],
  ]);
});

test.each<[Partial<Variations>, RegExp]>([
  [{ kvTypes: 'f17' }, /--kv-types takes key-value formats of the backend llamacpp.*q8_0.*not "f17"/],
  [{ targetKvTypes: '' }, /--target-kv-types takes/],
  [{ backend: 'onnx', kvTypes: 'q8_0' }, /of the backend onnx.*f32, f16; not "q8_0"/],
  [{ draftBackend: 'onnx', kvTypes: 'q8_0' }, /of the backend onnx/],
])('%j is refused by what there is', (variations, message) => {
  expect(() => of(variations)).toThrow(InvalidArgumentError);
  expect(() => of(variations)).toThrow(message);
});

test("a draft does not get its target's cache type where it is to have its engine's own", () => {
  expect(draftKvType('q8_0', undefined, 'llamacpp')).toBe('f16');
  expect(draftKvType('q8_0', undefined, 'onnx')).toBe('f32');
  expect(draftKvType('q8_0', 'q4_0', 'llamacpp')).toBe('q4_0');
  expect(draftKvType(undefined, undefined, 'llamacpp')).toBeUndefined();
});
