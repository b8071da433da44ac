import { InvalidArgumentError } from '@foretoken/core';
import { describe, expect, it } from 'vitest';
import { assertWhole, chooseModel } from './choose-model.js';
import { ggufModels } from './model-files.js';
import { parseModelName } from './model-name.js';
import { quantizationLabel } from './quantization-label.js';

const repository = 'owner/model-GGUF';
const filesOf = (...paths: string[]) =>
  paths.map((path, index) => ({ path, byteLength: 1000 * (index + 1) }));
const choose = (paths: readonly string[], choice?: string): readonly string[] =>
  chooseModel(filesOf(...paths), { repository, choice }, 'on the hub').parts.map(({ path }) => path);

describe('names of models', () => {
  it.each<[text: string, repository: string | undefined, choice: string | undefined]>([
    ['Qwen/Qwen2.5-0.5B', 'Qwen/Qwen2.5-0.5B', undefined],
    ['a/b.c_d-e:Q4_K_M', 'a/b.c_d-e', 'Q4_K_M'],
    ['a/b:folder/file.gguf', 'a/b', 'folder/file.gguf'],
    ['a/b:', undefined, undefined],
    ['model.gguf', undefined, undefined],
    ['a/b/c', undefined, undefined],
    ['../b', undefined, undefined],
    ['a/..', undefined, undefined],
    ['a/b--c', undefined, undefined],
    ['a b/c', undefined, undefined],
    ['/a/b', undefined, undefined],
    ['./a/b', undefined, undefined],
    ['', undefined, undefined],
  ])('%j', (text, expected, choice) => {
    expect(parseModelName(text)).toEqual(
      expected === undefined ? undefined : { repository: expected, choice },
    );
  });
});

describe('quantisations in the names of files', () => {
  it.each<[path: string, label: string | undefined]>([
    ['qwen2.5-coder-1.5b-instruct-q4_k_m.gguf', 'Q4_K_M'],
    ['folder/Model.Q8_0.gguf', 'Q8_0'],
    ['Qwen_Qwen3-4B-IQ3_XXS.gguf', 'IQ3_XXS'],
    ['Model-UD-Q4_K_XL-00001-of-00003.gguf', 'UD-Q4_K_XL'],
    ['gpt-oss-20b-mxfp4.gguf', 'MXFP4'],
    ['model-BF16.gguf', 'BF16'],
    ['model-f16.gguf', 'F16'],
    ['model-Q4_0_4_4.gguf', 'Q4_0_4_4'],
    ['model-Q5_K_M-imatrix.gguf', 'Q5_K_M'],
    ['model-from-F16-Q6_K.gguf', 'Q6_K'],
    ['model-TQ1_0.gguf', 'TQ1_0'],
    ['Q4_K_M/model.gguf', undefined],
    ['eq4_0x.gguf', undefined],
    ['model.gguf', undefined],
  ])('%s: %s', (path, label) => {
    expect(quantizationLabel(path)).toBe(label);
  });
});

describe('what a name means', () => {
  const several = ['m-Q4_K_M.gguf', 'm-Q8_0.gguf', 'README.md', 'mmproj-m-F16.gguf'];
  const split = ['big/m-Q4_0-00002-of-00002.gguf', 'big/m-Q4_0-00001-of-00002.gguf', 'm-Q8_0.gguf'];

  it('is a quantisation in any case, all parts of a split file, a file by its path or its name', () => {
    expect(choose(several, 'q8_0')).toEqual(['m-Q8_0.gguf']);
    expect(choose(split, 'Q4_0')).toEqual([split[1], split[0]]);
    expect(choose(split, split[0])).toEqual([split[1], split[0]]);
    expect(choose(split, 'm-Q4_0-00001-of-00002.gguf')).toEqual([split[1], split[0]]);
    expect(choose(several, 'README.md')).toEqual(['README.md']);
    expect(choose(several, 'mmproj-m-F16.gguf')).toEqual(['mmproj-m-F16.gguf']);
  });

  it('is the only model where nothing is chosen; a projector is none', () => {
    expect(choose(['README.md', 'm-Q4_K_M.gguf', 'mmproj-m-F16.gguf'])).toEqual(['m-Q4_K_M.gguf']);
    expect(() => choose(several, 'F16')).toThrow(/nothing named "F16".*Q4_K_M {2}m-Q4_K_M\.gguf/s);
  });

  it('is the dynamic quantisation where there is no plain one', () => {
    const dynamic = ['m-UD-Q4_K_XL.gguf', 'm-UD-Q8_0.gguf', 'm-Q8_0.gguf'];
    expect(choose(dynamic, 'Q4_K_XL')).toEqual(['m-UD-Q4_K_XL.gguf']);
    expect(choose(dynamic, 'Q8_0')).toEqual(['m-Q8_0.gguf']);
    expect(choose(dynamic, 'UD-Q8_0')).toEqual(['m-UD-Q8_0.gguf']);
  });

  it.each<[what: string, paths: readonly string[], choice: string | undefined, message: RegExp]>([
    [
      'several without a choice',
      several,
      undefined,
      /has 2 models on the hub: say which.*:Q4_K_M\. It has:\n {2}Q4_K_M/,
    ],
    [
      'a list with sizes and parts',
      split,
      undefined,
      /Q4_0 {2}big\/m-Q4_0-00001-of-00002\.gguf \(3\.0 kB, in 2 parts\)\n/,
    ],
    [
      'the same quantisation twice',
      ['a-Q8_0.gguf', 'b-Q8_0.gguf'],
      'Q8_0',
      /has 2 models.*GGUF:a-Q8_0\.gguf/,
    ],
    ['a quantisation that is not there', several, 'Q2_K', /nothing named "Q2_K" on the hub\. It has:\n/],
    ['part of a quantisation', several, 'K_M', /nothing named "K_M"/],
    [
      'no GGUF file',
      ['model.safetensors'],
      undefined,
      /no GGUF file.*config\.json.*\n {2}model\.safetensors \(1\.0 kB\)/s,
    ],
    ['no GGUF file, and a choice', ['x.bin'], 'Q4_0', /nothing named "Q4_0", and no GGUF file/],
  ])('refuses %s, with what there is', (_, paths, choice, message) => {
    expect(() => choose(paths, choice)).toThrow(message);
    expect(() => choose(paths, choice)).toThrow(InvalidArgumentError);
  });

  it('refuses a split file of which parts are missing', () => {
    const [model] = ggufModels(filesOf('m-Q4_0-00001-of-00003.gguf', 'm-Q4_0-00003-of-00003.gguf'));
    const check = (): void =>
      assertWhole(model as NonNullable<typeof model>, { repository, choice: 'Q4_0' }, 'on the hub');
    expect(check).toThrow(/of the 3 parts of m-Q4_0-00001-of-00003\.gguf only 2 are on the hub/);
  });

  it('shows no endless list', () => {
    const many = Array.from({ length: 60 }, (_, index) => `m${index}-Q8_0.gguf`);
    expect(() => choose(many)).toThrow(/and 20 more$/);
  });
});
