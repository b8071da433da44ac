import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { ggufTokenizer, readGguf } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const seed = 20261124;

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom(
    'const ',
    '  ',
    '\n',
    '\t',
    'é',
    '日本',
    '🎉',
    "it's",
    ' 123',
    '<|endoftext|>',
    '\0',
    '\ud800',
    '\r\n',
    '=>',
    '   y',
    '٣',
  ),
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

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
    expect(outside.endTokens).toEqual(inside.endTokens);
    for (let token = 0; token < inside.vocabularySize; token++) {
      expect([...outside.tokenBytes(token)]).toEqual([...inside.tokenBytes(token)]);
    }
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
