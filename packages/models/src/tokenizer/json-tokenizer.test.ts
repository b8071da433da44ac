import { InvalidModelFileError, TokenOutOfRangeError } from '@foretoken/core';
import { expect, test } from 'vitest';
import { jsonTokenizer } from './json-tokenizer.js';

/** GPT-2's alphabet: Ġ is a space. Digits are split, which GPT-2 itself does not do. */
const byteLevel = {
  model: {
    type: 'BPE',
    vocab: { a: 0, b: 1, ab: 2, Ġ: 3, Ġa: 4, '1': 5, '2': 6, Ã: 7, '¤': 8, '12': 9 },
    merges: ['a b', 'Ġ a', '1 2'],
  },
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Digits', individual_digits: true },
      { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    ],
  },
  decoder: { type: 'ByteLevel' },
  added_tokens: [
    { id: 10, content: '<end>', special: true },
    { id: 12, content: '<tool>', special: false },
  ],
};

const pieces = {
  model: {
    type: 'BPE',
    byte_fallback: true,
    unk_token: '<unk>',
    vocab: {
      '<unk>': 0,
      ...Object.fromEntries(
        Array.from({ length: 256 }, (_, byte) => [
          `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
          byte + 1,
        ]),
      ),
      '▁': 257,
      a: 258,
      '▁a': 259,
    },
    merges: ['▁ a'],
  },
  normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
  decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] },
  added_tokens: [],
};

test('byte-level tokens have their bytes, whatever splits the text', () => {
  const tokenizer = jsonTokenizer('here', byteLevel, { endTokens: [10], beginToken: 10 });
  expect(tokenizer.vocabularySize).toBe(13);
  expect(tokenizer.encode('ab a12')).toEqual([2, 4, 5, 6]);
  expect(tokenizer.decode([2, 4, 5, 6])).toBe('ab a12');
  expect(tokenizer.encode('ä')).toEqual([7, 8]);
  expect([...tokenizer.tokenBytes(7)]).toEqual([0xc3]);
  expect(tokenizer.decode([7, 8, 10])).toBe('ä');
  expect(tokenizer.addsBeginToken).toBe(false);
});

test('special tokens are read only on request, other added ones always', () => {
  const tokenizer = jsonTokenizer('here', byteLevel);
  expect(tokenizer.encode('a<end>', { special: true })).toEqual([0, 10]);
  expect(tokenizer.encode('a<end>')).not.toContain(10);
  expect(tokenizer.encode('<tool>a')).toEqual([12, 0]);
  expect(tokenizer.decode([12, 0])).toBe('<tool>a');
  expect([...tokenizer.tokenBytes(10)]).toEqual([]);
  // 11 is not used.
  expect([...tokenizer.tokenBytes(11)]).toEqual([]);
});

test('pieces have their bytes too, single ones among them', () => {
  const tokenizer = jsonTokenizer('here', pieces);
  expect(tokenizer.encode(' aé')).toEqual([259, 0xc3 + 1, 0xa9 + 1]);
  expect(tokenizer.decode(tokenizer.encode(' aé\n'))).toBe(' aé\n');
  expect([...tokenizer.tokenBytes(0xc4)]).toEqual([0xc3]);
});

test('a begin token that the tokenizer puts first is said so', () => {
  const json = {
    ...byteLevel,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<end>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '<end>': { id: '<end>', ids: [10], tokens: ['<end>'] } },
    },
  };
  const tokenizer = jsonTokenizer('here', json, { beginToken: 10 });
  expect(tokenizer.addsBeginToken).toBe(true);
  expect(tokenizer.encode('a')).toEqual([0]);
});

test('what is no tokenizer says so', () => {
  expect(() => jsonTokenizer('there', {})).toThrow(InvalidModelFileError);
  expect(() => jsonTokenizer('there', { model: { type: 'Nonsense', vocab: {} } })).toThrow(
    'there has no vocabulary',
  );
  for (const token of [-1, 13, 0.5, Number.NaN]) {
    expect(() => jsonTokenizer('here', byteLevel).tokenBytes(token)).toThrow(TokenOutOfRangeError);
  }
});
