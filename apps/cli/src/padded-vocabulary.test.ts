import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { convertHuggingFaceFolder, readGguf } from '@foretoken/models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { usedTokens } from './engines/used-tokens.js';
import { runCommand } from '../testing/run-command.js';
import { byteTokenizerJson } from '../../../test/support/byte-tokenizer-json.js';
import { smallestShape } from '../../../test/support/llama-weights.js';
import { writeHuggingFaceFolder } from '../../../test/support/write-hugging-face-folder.js';

// 257 tokens, in models that are padded to these sizes.
const sizes = { large: 259, small: 257 } as const;
let folder: string;
const file = (name: keyof typeof sizes): string => path.join(folder, `${name}.gguf`);

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-padded-'));
  for (const [name, vocabularySize] of Object.entries(sizes)) {
    const source = path.join(folder, name);
    const shape = { ...smallestShape, vocabularySize };
    await writeHuggingFaceFolder(source, { shape, tokenizer: byteTokenizerJson() });
    await convertHuggingFaceFolder(source, file(name as keyof typeof sizes), { format: 'F16' });
  }
});
afterAll(() => rm(folder, { recursive: true }));

// Regression: a draft of the target's own family was refused where their vocabularies are padded to different sizes.
describe.each(['llamacpp', 'onnx'])('on %s', (backend) => {
  test.each([
    ['shorter', 'large', 'small'],
    ['longer', 'small', 'large'],
  ] as const)('a draft whose vocabulary is padded %s drafts', async (_, target, draft) => {
    const run = async (...drafting: readonly string[]) => {
      const options = [
        '--model',
        file(target),
        '--backend',
        backend,
        '--temperature',
        '0',
        '-n',
        '12',
        '--json',
      ];
      const { code, stdout, stderr } = await runCommand([
        'generate',
        ...options,
        ...drafting,
        'const a = 1;',
      ]);
      expect([code, stderr]).toEqual([0, '']);
      return JSON.parse(stdout);
    };
    const left = await run('--draft', 'none');
    const right = await run('--draft', file(draft), '--draft-length', '3');
    expect(right.text).toBe(left.text);
    expect(right.counters.draftedCount).toBeGreaterThan(0);
  });
});

test('their tokens are the same but for the unused ones at the end', async () => {
  const [large, small] = [await readGguf(file('large')), await readGguf(file('small'))];
  expect(large.metadata.get('tokenizer.ggml.tokens')).toHaveLength(sizes.large);
  expect(usedTokens(large)).toEqual(usedTokens(small));
});
