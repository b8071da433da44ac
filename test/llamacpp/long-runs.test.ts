import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { InvalidArgumentError, type Tokenizer } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byteLevelCharacter } from '../support/byte-tokenizer-json.js';
import { runChild } from '../support/run-child.js';
import { tokenType, writeVocabularyGguf } from '../support/write-vocabulary-gguf.js';

// Was wrong: 30,000 equals signs ended the process, where the vocabulary is split by regular expressions.

/** Characters of a run that are taken: 16 MiB of stack at 512 bytes each. */
const longest = 32_768;
const byExpressions = ['default', 'tekken', 'gpt-4o', 'deepseek-llm', 'deepseek-v3', 'viking', 'llama4'];
const byCode = ['gpt-2', 'llama-bpe', 'qwen2', 'smollm'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-runs-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(pre: string): Promise<string> {
  const file = path.join(folder, `${pre}.gguf`);
  await writeVocabularyGguf(file, {
    model: 'gpt2',
    tokens: [
      ...Array.from({ length: 256 }, (_, byte) => ({ text: byteLevelCharacter(byte) })),
      { text: '<|endoftext|>', type: tokenType.control },
    ],
    merges: [],
    more: { pre: { type: 'string', value: pre } },
  });
  return file;
}

async function withTokenizer(pre: string, use: (tokenizer: Tokenizer) => void): Promise<void> {
  const options = { threads: 1, maximumSequences: 1, contextLength: 32 };
  const model = await llamacppBackend.loadModel(await write(pre), options);
  try {
    use(model.tokenizer);
  } finally {
    await model.close();
  }
}

describe.each(byExpressions)('a vocabulary that is split as %s', (pre) => {
  it('takes runs up to its limit', async () => {
    const { code, signal, lines } = await runChild('tokenize-runs.ts', [await write(pre), String(longest)]);
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(lines).toHaveLength(10);
  });

  it('refuses longer ones, and says where they are', async () => {
    await withTokenizer(pre, (tokenizer) => {
      const tooLong = `a line\n${'='.repeat(longest + 1)}`;
      expect(() => tokenizer.encode(tooLong)).toThrow(InvalidArgumentError);
      expect(() => tokenizer.encode(tooLong)).toThrow(
        '32769 characters without a space at character 7, and llama.cpp splits at most 32768',
      );
      expect(() => tokenizer.encode(' '.repeat(longest + 1))).toThrow(/32769 spaces and line breaks alone/);
      const broken = `${'='.repeat(longest)}\n`.repeat(2);
      expect(tokenizer.encode(broken)).toHaveLength(broken.length);
    });
  });
});

it.each(byCode)('a vocabulary that is split as %s takes runs of any length', async (pre) => {
  await withTokenizer(pre, (tokenizer) => {
    for (const character of ['=', 'x', ' ', '1'])
      expect(tokenizer.encode(character.repeat(8 * longest))).toHaveLength(8 * longest);
  });
});
