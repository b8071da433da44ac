import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UnsupportedError } from '@foretoken/core';
import { ggufTokenizer, readGguf, type TypedValue } from '@foretoken/models';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { borderCharacters } from '../support/border-characters.js';
import { byteLevelCharacter } from '../support/byte-tokenizer-json.js';
import {
  type BothTokenizers,
  expectSameTokens,
  expectSameVocabulary,
  openBothTokenizers,
} from '../support/compare-tokenizers.js';
import { SeededRandom } from '../support/seeded-random.js';
import { tokenizerText } from '../support/tokenizer-text.js';
import {
  tokenType,
  type Vocabulary,
  type VocabularyToken,
  writeVocabularyGguf,
} from '../support/write-vocabulary-gguf.js';

// A GGUF file's tokenizer outside llama.cpp is the one inside it, on vocabularies that show every cut.

const seed = 20261129;
const folder = await mkdtemp(path.join(tmpdir(), 'foretoken-tokenizers-'));
afterAll(() => rm(folder, { recursive: true }));

const characters = borderCharacters();
const file = path.join(folder, 'vocabulary.gguf');
const text = (value: string): TypedValue => ({ type: 'string', value });
const whole = (value: number): TypedValue => ({ type: 'uint32', value });
const flag = (value: boolean): TypedValue => ({ type: 'bool', value });

async function compare(vocabulary: Vocabulary, check: (both: BothTokenizers) => void): Promise<void> {
  await writeVocabularyGguf(file, vocabulary);
  const both = await openBothTokenizers(file);
  try {
    check(both);
  } finally {
    await both.close();
  }
}

describe('byte-level BPE', () => {
  /** Every byte, every pair of bytes that texts of the tests have often, and what is added. */
  const random = new SeededRandom(seed);
  const often = [
    ...Array.from(' \n\r\t\u000b\'!"$%+,-./:;<=>[_`{|~aAbdDelLmMrsSTtvVz0123456789', (one) =>
      one.charCodeAt(0),
    ),
    ...Array.from({ length: 64 }, (_, index) => 0x80 + index),
    0xc2,
    0xc3,
    0xc4,
    0xc5,
    0xcc,
    0xce,
    0xd0,
    0xd1,
    0xd9,
    0xe0,
    0xe1,
    0xe2,
    0xe3,
    0xe6,
    0xef,
    0xf0,
  ].map(byteLevelCharacter);
  const merges = often
    .flatMap((left) => often.map((right) => ({ left, right, rank: random.uniform() })))
    .toSorted((a, b) => a.rank - b.rank);
  const tokens: VocabularyToken[] = [
    ...Array.from({ length: 256 }, (_, byte) => ({ text: byteLevelCharacter(byte) })),
    ...merges.map(({ left, right }) => ({ text: left + right })),
    // Words that no merges make, which some kinds read whole.
    ...['Ġzebra', 'abad', '123', '===', 'ĊĊĊ'].map((word) => ({ text: word })),
    { text: '<|endoftext|>', type: tokenType.control },
    { text: '<tool> ', type: tokenType.userDefined },
    { text: '<tool', type: tokenType.userDefined },
    { text: '> a', type: tokenType.userDefined },
    { text: '<?>', type: tokenType.unknown },
    { text: '[PAD]', type: tokenType.unused },
    { text: 'a b' },
    { text: '' },
  ];
  const vocabulary = (pre: string | undefined): Vocabulary => ({
    model: 'gpt2',
    tokens,
    merges: merges.map(({ left, right }) => `${left} ${right}`),
    more: pre === undefined ? {} : { pre: text(pre) },
  });
  const texts = tokenizerText([
    ' zebra',
    'abad',
    'zebra abad 123 ===',
    '<|endoftext|>',
    '<tool> ',
    '<tool> a',
    '<?>',
    '[PAD]',
    'HTTPServer aB Ab',
    'ÄÖä ſ',
    "'S'LL",
    '12345',
    ' 一二\u3000三、。한국',
    '/\n//\r\n\n',
    '\n\n\n',
    ' \n \n a',
    '$+`|~^_',
  ]);
  const kinds = [
    'gpt-2',
    'llama-bpe',
    'smaug-bpe',
    'qwen2',
    'smollm',
    'tekken',
    'deepseek-coder',
    'deepseek-llm',
    'default',
  ];

  test.each([...kinds, undefined])('splits as %s', async (pre) => {
    await compare(vocabulary(pre), (both) => {
      expectSameVocabulary(both);
      fc.assert(
        fc.property(texts, (sample) => expectSameTokens(both, sample)),
        { seed, numRuns: 600 },
      );
    });
  });

  test.each(kinds)('draws the lines of %s between all characters', async (pre) => {
    await compare(vocabulary(pre), ({ inside, outside }) => {
      const differing = characters.filter((one) => {
        const sample = `a${one}B ${one}1${one}${one}  ${one}! ${one} \n${one}`;
        return outside.encode(sample).join() !== inside.encode(sample).join();
      });
      expect(differing).toEqual([]);
    });
  });

  test('every kind has a text that no other reads so', async () => {
    const read = new Map<string, string>();
    for (const pre of kinds) {
      await writeVocabularyGguf(file, vocabulary(pre));
      const tokenizer = ggufTokenizer(await readGguf(file));
      read.set(tokenizer.encode("zebra zebra 12345 aB'S a's ==/\n 一é、a!  A").join(), pre);
    }
    expect([...read.values()]).toEqual(kinds);
  });
});

describe('SentencePiece', () => {
  const random = new SeededRandom(seed);
  /** Put together from one another, with scores of which many are equal; some from characters that are no tokens. */
  const pieces = new Set(['▁', 'a', 'b', 'c', 'é', '日', '\n', '<', '>', '/', 's']);
  while (pieces.size < 400) {
    const made = random.pick([...pieces]) + random.pick([...pieces, 'x', '🎉']);
    if (made.length < 9) pieces.add(made);
  }
  for (const run of ['▁▁', '▁▁▁', '▁▁▁▁', '▁▁▁▁▁▁▁']) pieces.add(run);
  const hexadecimal = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');
  const tokens: VocabularyToken[] = [
    { text: '<unk>', type: tokenType.unknown },
    { text: '<s>', type: tokenType.control },
    { text: '</s>', type: tokenType.control },
    ...Array.from({ length: 256 }, (_, byte) => ({ text: `<0x${hexadecimal(byte)}>`, type: tokenType.byte })),
    ...[...pieces]
      .filter((piece) => !['</s>', '<s>', '\n\n'].includes(piece))
      .map((piece) => ({ text: piece, score: -random.whole(0, 60) })),
    { text: '  ', type: tokenType.userDefined },
    { text: '\n\n', type: tokenType.userDefined },
    { text: '<tool>', type: tokenType.userDefined },
    { text: '▁<PRE>', type: tokenType.control },
    { text: '<unused0>', type: tokenType.unused },
    { text: '<start_of_turn>', type: tokenType.control },
    { text: '<end_of_turn>' },
  ];
  const samples = fc
    .array(
      fc.oneof(
        fc.constantFrom(' ', '  ', '   ', 'a', 'b', 'c', 'x', 'é', '日', '🎉', '\n', '\n\n', 's', 'ab', '▁'),
        fc.constantFrom(
          '<s>',
          '</s>',
          '<unk>',
          '<tool>',
          '▁<PRE>',
          '<PRE>',
          '<end_of_turn>',
          '<0x0A>',
          '<unused0>',
        ),
        tokenizerText(['<start_of_turn>']),
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join(''));

  test.each([
    ['of Llama 2', {}],
    ['without a space before texts, as Gemma', { add_space_prefix: flag(false) }],
    [
      'with tokens that the file names',
      { bos_token_id: whole(265), eos_token_id: whole(300), add_bos_token: flag(false) },
    ],
  ])('%s', async (_, more) => {
    await compare({ model: 'llama', tokens, more }, (both) => {
      expectSameVocabulary(both);
      fc.assert(
        fc.property(samples, (sample) => expectSameTokens(both, sample)),
        { seed, numRuns: 1500 },
      );
    });
  });

  // llama.cpp's tokenizer refused texts of more tokens than bytes and one: here the space before the text has three.
  test('reads spaces byte by byte where no piece is one', async () => {
    await compare({ model: 'llama', tokens: [...tokens.slice(0, 259), { text: 'a' }] }, (both) => {
      expectSameTokens(both, 'a');
      expectSameTokens(both, 'a</s>a</s>a');
    });
  });

  test('puts equal scores together from the left', async () => {
    const bytes = tokens.slice(0, 259);
    const same = ['▁', 'a', 'b', 'aa', 'ab', 'ba', 'aab', 'aba', 'baa', 'abab', 'aaaa'].map((piece) => ({
      text: piece,
    }));
    await compare({ model: 'llama', tokens: [...bytes, ...same] }, (both) => {
      fc.assert(
        fc.property(fc.stringMatching(/^[ab]{1,40}$/), (sample) => expectSameTokens(both, sample)),
        { seed, numRuns: 500 },
      );
    });
  });
});

describe('special tokens', () => {
  /** Names that llama.cpp knows, alone and together. */
  const names = [
    '<|eot_id|>',
    '<|im_end|>',
    '<|end|>',
    '<|return|>',
    '<|call|>',
    '<|flush|>',
    '<|calls|>',
    '<end_of_turn>',
    '<|endoftext|>',
    '</s>',
    '<|eom_id|>',
    '<EOT>',
    '_<EOT>',
    '[EOT]',
    '[EOS]',
    '<|end_of_text|>',
    '<end_of_utterance>',
    '<eos>',
    '<turn|>',
    '<|tool_response>',
    '<｜end▁of▁sentence｜>',
    '[e~[',
    '<|fim_pad|>',
    '<fim-pad>',
    '<fim_pad>',
    '<PAD>',
    '[PAD]',
    '<pad>',
    '<|fim_repo|>',
    '<|repo_name|>',
    '<fim-repo>',
    '<REPO>',
    '<reponame>',
    '<|file_sep|>',
    '<file_sep>',
    '<|channel|>',
    '<|message|>',
    '<|start|>',
    '<|constrain|>',
    '<|fim_prefix|>',
    '<PRE>',
    '▁<PRE>',
    '<|suffix|>',
    '<|fim_middle|>',
    '<|im_start|>',
  ];
  const groups: readonly (readonly string[])[] = [
    ...names.map((name) => [name]),
    ['<|end|>', '<|return|>', '<|call|>'],
    ['<|end|>', '<|flush|>', '<|calls|>'],
    ['<|end|>', '<|return|>'],
    ['</s>', '<|tool_response>'],
    ['<|im_end|>', '<|endoftext|>', '<|eom_id|>', '<|fim_pad|>', '<|repo_name|>', '<|file_sep|>'],
  ];

  test.each([tokenType.normal, tokenType.control, tokenType.userDefined])(
    'known by their texts are what they are inside llama.cpp, of type %i',
    async (type) => {
      for (const group of groups) {
        const bytes = Array.from({ length: 256 }, (_, byte) => ({ text: byteLevelCharacter(byte) }));
        const tokens = [...bytes, ...group.map((name) => ({ text: name, type }))];
        await compare({ model: 'gpt2', tokens, merges: [], more: { pre: text('gpt-2') } }, (both) => {
          expectSameVocabulary(both);
          expectSameTokens(both, `a${group.join(' ')}b`);
        });
      }
    },
  );

  test('named by the file come first', async () => {
    const tokens = [
      ...Array.from({ length: 256 }, (_, byte) => ({ text: byteLevelCharacter(byte) })),
      ...['<|im_end|>', '<|fim_pad|>', '<|file_sep|>', '<|fim_prefix|>', '<|eom_id|>'].map((name) => ({
        text: name,
      })),
    ];
    const more = {
      pre: text('qwen2'),
      bos_token_id: whole(3),
      eos_token_id: whole(4),
      eot_token_id: whole(5),
      eom_token_id: whole(6),
      fim_pad_token_id: whole(7),
      fim_sep_token_id: whole(8),
      prefix_token_id: whole(9),
      add_bos_token: flag(true),
    };
    await compare({ model: 'gpt2', tokens, merges: [], more }, expectSameVocabulary);
  });
});

test('what is not known is refused by name', async () => {
  const tokens = [{ text: 'a' }, { text: 'b' }];
  const read = async (vocabulary: Omit<Vocabulary, 'tokens'>): Promise<unknown> => {
    await writeVocabularyGguf(file, { ...vocabulary, tokens });
    return ggufTokenizer(await readGguf(file));
  };
  const pre = read({ model: 'gpt2', merges: [], more: { pre: text('poro-chat') } });
  await expect(pre).rejects.toThrow(UnsupportedError);
  await expect(pre).rejects.toThrow(/as "poro-chat" does/);
  await expect(read({ model: 'bert' })).rejects.toThrow(/of the kind "bert"/);
  await expect(read({ model: 'gpt2', merges: ['a b'] })).rejects.toThrow(/merge "a b" makes no token/);
});
