import { writeFile } from 'node:fs/promises';
import { UnsupportedError } from '@foretoken/core';
import { beforeAll, expect, test } from 'vitest';
import { writeRandomGguf } from '../../testing/random-gguf.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { findTokenizer } from './find-tokenizer.js';

const inFolder = temporaryFolder();
const source = (): string => inFolder('model.gguf');

beforeAll(() =>
  writeRandomGguf(source(), {
    architecture: 'llama',
    format: 'F32',
    metadata: {
      'tokenizer.ggml.pre': { type: 'string', value: 'viking' },
      'tokenizer.ggml.eos_token_id': { type: 'uint32', value: 3 },
    },
  }),
);

test('a tokenizer.json beside a GGUF file takes the place of a tokenizer that is not read', async () => {
  await expect(findTokenizer(source())).rejects.toThrow(UnsupportedError);
  await expect(findTokenizer(source())).rejects.toThrow(/"viking".*tokenizer\.json beside the file/);

  const model = { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: ['a b'] };
  const json = {
    model,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    added_tokens: [{ id: 3, content: '<end>', special: true }],
  };
  await writeFile(inFolder('tokenizer.json'), JSON.stringify(json));
  const tokenizer = await findTokenizer(source());
  expect(tokenizer.encode('abb<end>', { special: true })).toEqual([2, 1, 3]);
  expect(tokenizer.endTokens).toEqual([3]);
});
