import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { ggufTokenizer, readGguf } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { borderCharacters } from '../support/border-characters.js';
import { tokenizerText } from '../support/tokenizer-text.js';

const seed = 20261124;

const text = tokenizerText(['const', 'function', ' =>', '<|endoftext|>']);

test('the tokenizer outside the engine is the one inside it', async () => {
  const model = await llamacppBackend.loadModel(tinyModels.draft, { threads: 1, maximumSequences: 1 });
  try {
    const outside = ggufTokenizer(await readGguf(tinyModels.draft));
    const inside = model.tokenizer;
    fc.assert(
      fc.property(text, fc.boolean(), (sample, special) => {
        const tokens = inside.encode(sample, { special });
        expect(outside.encode(sample, { special })).toEqual(tokens);
        expect(outside.decode(tokens)).toBe(inside.decode(tokens));
      }),
      { seed, numRuns: 3000 },
    );
    expect(outside.vocabularySize).toBe(inside.vocabularySize);
    expect(outside.beginToken).toBe(inside.beginToken);
    expect(outside.addsBeginToken).toBe(inside.addsBeginToken);
    expect(outside.endTokens).toEqual(inside.endTokens);
    for (let token = 0; token < inside.vocabularySize; token++) {
      expect([...outside.tokenBytes(token)]).toEqual([...inside.tokenBytes(token)]);
    }
  } finally {
    await model.close();
  }
});

test('both draw the same lines between letters, digits, spaces and the rest, in all of Unicode', async () => {
  const model = await llamacppBackend.loadModel(tinyModels.draft, { threads: 1, maximumSequences: 1 });
  try {
    const outside = ggufTokenizer(await readGguf(tinyModels.draft));
    const differing = borderCharacters().filter((character) => {
      const sample = `a${character}b ${character}1${character}  ${character}! ${character}`;
      return outside.encode(sample).join() !== model.tokenizer.encode(sample).join();
    });
    expect(differing).toEqual([]);
  } finally {
    await model.close();
  }
});

test('text survives the way to tokens and back', () => {
  return readGguf(tinyModels.draft).then((file) => {
    const tokenizer = ggufTokenizer(file);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (sample) => {
        expect(tokenizer.decode(tokenizer.encode(sample))).toBe(sample);
      }),
      { seed, numRuns: 500 },
    );
  });
});
