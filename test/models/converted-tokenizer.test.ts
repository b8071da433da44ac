import path from 'node:path';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { ggufTokenizer, loadTokenizer, readGguf } from '@foretoken/models';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byteTokenizerJson, endTokenText } from '../support/byte-tokenizer-json.js';
import { ConversionFolder } from '../support/convert-in-folder.js';
import { smallestShape } from '../support/llama-weights.js';
import { tokenizerText } from '../support/tokenizer-text.js';

const seed = 20261124;

let folder: ConversionFolder;
beforeAll(async () => {
  folder = await ConversionFolder.create();
});
afterAll(() => folder.remove());

describe('the tokenizer of a converted model', () => {
  const merges = [
    ['t', 'h'],
    ['th', 'e'],
    ['Ġ', 'the'],
    ['i', 'n'],
    ['Ġ', 'Ġ'],
    ['ĠĠ', 'ĠĠ'],
    ['1', '2'],
    ['Ċ', 'Ċ'],
    ['Ã', '©'],
    ["'", 's'],
    ['=', '>'],
  ] as const;
  const added = [
    { content: '<tool>', special: false },
    { content: '<|system|>', special: true },
    { content: 'é=>', special: false },
  ];
  // Three tokens more than the tokenizer has: vocabularies are often padded.
  const shape = { ...smallestShape, vocabularySize: 257 + merges.length + added.length + 3 };

  it("is llama.cpp's, and the one outside the engine, on a fuzzed corpus", async () => {
    const source = await folder.write({ shape, tokenizer: byteTokenizerJson({ merges, added }) });
    const file = await folder.convert(source);
    const fromJson = await loadTokenizer(path.join(source, 'tokenizer.json'), {
      beginToken: 256,
      endToken: 256,
    });
    const fromGguf = ggufTokenizer(await readGguf(file));
    const model = await llamacppBackend.loadModel(file, { threads: 1, maximumSequences: 1 });
    try {
      const inside = model.tokenizer;
      const sample = tokenizerText([
        endTokenText,
        ...added.map(({ content }) => content),
        'the',
        ' the',
        '12',
      ]);
      fc.assert(
        fc.property(sample, fc.boolean(), (text, special) => {
          const tokens = inside.encode(text, { special });
          for (const outside of [fromJson, fromGguf]) {
            expect(outside.encode(text, { special })).toEqual(tokens);
            expect(outside.decode(tokens)).toBe(inside.decode(tokens));
          }
        }),
        { seed, numRuns: 1500 },
      );
      for (let token = 0; token < shape.vocabularySize; token++) {
        expect([...fromGguf.tokenBytes(token)]).toEqual([...inside.tokenBytes(token)]);
      }
      expect(inside.encode('<tool> the<|system|>', { special: true })).toEqual([268, 259, 269]);
      for (const outside of [fromJson, fromGguf]) {
        expect(outside.endTokens).toEqual(inside.endTokens);
        expect(outside.beginToken).toBe(inside.beginToken);
        expect(outside.addsBeginToken).toBe(inside.addsBeginToken);
      }
      expect(fromGguf.vocabularySize).toBe(inside.vocabularySize);
    } finally {
      await model.close();
    }
  });

  it('begins a text where the post-processor says so', async () => {
    const template = {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: endTokenText, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      special_tokens: { [endTokenText]: { id: endTokenText, ids: [256], tokens: [endTokenText] } },
    };
    for (const processor of [template, { type: 'Sequence', processors: [{ type: 'ByteLevel' }, template] }]) {
      const tokenizer = { ...byteTokenizerJson(), post_processor: processor };
      const file = await folder.convert(await folder.write({ tokenizer }));
      const model = await llamacppBackend.loadModel(file, { threads: 1, maximumSequences: 1 });
      expect(model.tokenizer).toMatchObject({ beginToken: 256, addsBeginToken: true });
      expect(model.tokenizer.encode('a')).toEqual([97]);
      await model.close();
      expect(ggufTokenizer(await readGguf(file)).addsBeginToken).toBe(true);
    }
  });
});
