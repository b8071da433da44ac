import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInputCopyDrafter, createPromptLookupDrafter } from '@foretoken/core';
import { committedPerPass, editTokens } from '@foretoken/core/testing';
import { ggufTokenizer, readGguf } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { beforeAll, describe, expect, test } from 'vitest';

// Edits of a TypeScript file as a tokenizer sees them: names of several tokens, spaces that belong to the next word.
const draftLength = 16;
const file = path.join(import.meta.dirname, '../../packages/core/src/testing/table-model.ts');
const instruction = 'Rewrite this file as asked, and give back all of it.\n```ts\n';

let tokenizer: ReturnType<typeof ggufTokenizer>;
let code: string;
beforeAll(async () => {
  tokenizer = ggufTokenizer(await readGguf(tinyModels.draft));
  code = await readFile(file, 'utf8');
});

/** Tokens a pass with the source given, with the whole prompt as the source, and by looking up the last tokens. */
async function perPass(text: readonly number[]): Promise<{ given: number; prompt: number; lookup: number }> {
  const source = tokenizer.encode(code);
  const prompt = [
    ...tokenizer.encode(instruction),
    ...source,
    ...tokenizer.encode('\n```\n\nHere it is:\n```ts\n'),
  ];
  const shared = { prompt, text, vocabularySize: tokenizer.vocabularySize, draftLength };
  return {
    given: await committedPerPass(createInputCopyDrafter({ source }), shared),
    prompt: await committedPerPass(createInputCopyDrafter(), shared),
    lookup: await committedPerPass(createPromptLookupDrafter(), shared),
  };
}

describe('tokens a pass on edits of a TypeScript file, with drafts of 16', () => {
  test.each<[string, least: number, edit: (text: string) => string]>([
    ['nothing', 16.5, (text) => text],
    [
      'four renamed variables',
      14,
      (text) =>
        text
          .replaceAll(/\btokens\b/g, 'ids')
          .replaceAll(/\brequest\b/g, 'passRequest')
          .replaceAll(/\bsequence\b/g, 'cacheSequence')
          .replaceAll(/\bvocabularySize\b/g, 'size'),
    ],
    ['comments removed', 14, (text) => text.replaceAll(/^\s*(\/\*\*|\*|\/\/).*\n/gm, '')],
    [
      'comments added',
      12,
      (text) => text.replaceAll(/^(export )?(async )?function (\w+)/gm, '// What $3 does.\n$&'),
    ],
    ['semicolons removed', 14, (text) => text.replaceAll(/;$/gm, '')],
    ['other quotes', 14, (text) => text.replaceAll("'", '"')],
    ['every line further in', 12, (text) => text.replaceAll(/^(?=.)/gm, '  ')],
    [
      'names in another style',
      8,
      (text) => text.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    ],
  ])('%s: at least %f', async (_, least, edit) => {
    const { given, prompt, lookup } = await perPass(tokenizer.encode(edit(code)));
    expect(given).toBeGreaterThan(least);
    // Where the code stands in the prompt is found in two or three passes.
    expect(prompt).toBeGreaterThan(0.95 * given);
    expect(given).toBeGreaterThanOrEqual(lookup);
  });

  test('independent substitutions of 5 % of the tokens: at least 95 % of what they allow', async () => {
    // Nine texts of 3,000 tokens are about 2,300 passes: a standard error of 1.2 % of the mean. The seeds are fixed.
    const source = tokenizer.encode(code);
    const { vocabularySize } = tokenizer;
    const bound = (1 - 0.95 ** (draftLength + 1)) / 0.05;
    const edits = { rate: 0.05, substitutions: 1, insertions: 0, deletions: 0, vocabularySize };
    let sum = 0;
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    for (const seed of seeds) {
      const text = editTokens(source, { ...edits, seed });
      const shared = { prompt: [1], text, vocabularySize, draftLength };
      sum += await committedPerPass(createInputCopyDrafter({ source }), shared);
    }
    expect(sum / seeds.length).toBeGreaterThan(0.95 * bound);
  });
});
