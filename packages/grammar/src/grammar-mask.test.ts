import { InvalidGrammarError } from '@foretoken/core';
import { describe, expect, test } from 'vitest';
import { everyByte, testTokenizer } from '../testing/byte-tokenizer.js';
import { readEmptyText, type Reading } from '../testing/earley.js';
import { randomGrammar, seededNumbers, writeGrammar } from '../testing/random-grammar.js';
import { createGrammarCompiler, type Grammar } from './index.js';

/** Tokens of several characters, of parts of characters, and of the end of one with the beginning of the next. */
const tokens = [
  'a b c aa ab ba bb bc ca abc cab é aé éb ê € 😀 😁 b😀'.split(' '),
  [
    [0xc3],
    [0xa9],
    [0xaa],
    [0xe2],
    [0x82, 0xac],
    [0xf0],
    [0xf0, 0x9f],
    [0x98],
    [0x80],
    [0x81],
    [0xa9, 0x61],
    [0xff],
  ].map((bytes) => Uint8Array.from(bytes)),
].flat();
const tokenizer = testTokenizer(tokens);
const compiler = createGrammarCompiler(tokenizer);
const vocabulary = Array.from({ length: tokenizer.vocabularySize }, (_, token) => [
  ...tokenizer.tokenBytes(token),
]);
const readToken = (reading: Reading, token: number): Reading | undefined => {
  const bytes = vocabulary[token] as number[];
  return bytes.reduce<Reading | undefined>((at, byte) => at?.read(byte), reading);
};

async function compile(seed: number): Promise<Grammar | undefined> {
  try {
    return await compiler.compileGrammar(writeGrammar(randomGrammar(seed)));
  } catch (error) {
    if (error instanceof InvalidGrammarError) return undefined;
    throw error;
  }
}

describe('the mask is the exact set of tokens that go on with a text of the grammar', () => {
  test.each([0, 60, 120])(
    'of 60 random grammars from seed %i on, as an Earley parser says',
    async (first) => {
      let positions = 0;
      for (let seed = first; seed < first + 60; seed++) {
        const rules = randomGrammar(seed);
        const begin = readEmptyText(rules);
        const grammar = await compile(seed);
        expect(grammar !== undefined, writeGrammar(rules)).toBe(
          begin !== undefined && expectedMask(begin).includes(true),
        );
        if (grammar === undefined || begin === undefined) continue;
        const next = seededNumbers(seed + 1e6);
        const allowed = grammar.allowedTokens(0);
        for (let walk = 0; walk < 4; walk++) {
          const history: number[] = [];
          for (let reading: Reading | undefined = begin; reading !== undefined && history.length < 5; ) {
            const expected = expectedMask(reading);
            const mask = [...dead(() => allowed.mask(history))].map((flag) => flag === 1);
            expect(mask, `${writeGrammar(rules)}\nafter ${history.join(' ')}`).toEqual(expected);
            positions += 1;
            const open = [...expected.keys()].filter((token) => token !== 0 && expected[token]);
            const token = open[Math.floor(next() * open.length)];
            if (token === undefined) break;
            history.push(token);
            reading = readToken(reading, token);
          }
        }
      }
      expect(positions).toBeGreaterThan(300);
    },
  );

  function expectedMask(reading: Reading): boolean[] {
    return vocabulary.map((bytes, token) =>
      bytes.length === 0 ? token === 0 && reading.complete : readToken(reading, token) !== undefined,
    );
  }

  /** A vocabulary that lacks bytes has dead ends: the mask of one is empty. */
  function dead(mask: () => Uint8Array | undefined): Uint8Array {
    try {
      return mask() as Uint8Array;
    } catch (error) {
      if (!(error instanceof InvalidGrammarError)) throw error;
      return new Uint8Array(tokenizer.vocabularySize);
    }
  }
});

describe('rollback', () => {
  test('after any order of histories the mask is that of a fresh one, seeds 0 to 39', async () => {
    let compared = 0;
    let refused = 0;
    for (let seed = 0; seed < 40; seed++) {
      const grammar = await compile(seed);
      if (grammar === undefined) continue;
      const next = seededNumbers(seed + 2e6);
      const moved = grammar.allowedTokens(2);
      let history = [5, 6];
      for (let step = 0; step < 30; step++) {
        // Keep a part of what was there, as after a rejection, and go on with tokens that may not be allowed.
        history = history.slice(0, 2 + Math.floor(next() * (history.length - 1)));
        for (let more = Math.floor(next() * 3); more > 0; more--)
          history.push(Math.floor(next() * tokenizer.vocabularySize));
        const masks = [moved, grammar.allowedTokens(2)].map((allowed) => {
          try {
            return allowed.mask(history)?.slice();
          } catch (error) {
            return (error as Error).message;
          }
        });
        expect(masks[0]).toEqual(masks[1]);
        if (masks[0] === undefined) refused += 1;
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(600);
    expect(refused).toBeGreaterThan(100);
  });

  test('what follows a forbidden token, a special one or the end is not constrained, and the way back is free', async () => {
    const allowed = (await compiler.compileGrammar('root ::= "a" "b"')).allowedTokens(0);
    const [a, b] = tokenizer.encode('ab') as [number, number];
    const only = (mask: Uint8Array | undefined): number[] | undefined =>
      mask && [...mask.keys()].filter((token) => mask[token] === 1);
    expect(allowed.mask([b])).toBeUndefined();
    expect(allowed.mask([a, a])).toBeUndefined();
    expect(only(allowed.mask([a]))).toEqual([b]);
    expect(allowed.mask([a, 1])).toBeUndefined();
    expect(only(allowed.mask([a, b]))).toEqual([0]);
    expect(allowed.mask([a, b, 0])).toBeUndefined();
    expect(allowed.mask([a, 0])).toBeUndefined();
    expect(only(allowed.mask([a, b]))).toEqual([0]);
  });
});

describe('forced text', () => {
  const tokenOf = (value: string): number =>
    vocabulary.findIndex((bytes) => Buffer.from(bytes).toString() === value);
  test.each([
    ['root ::= "abc" "b"', '', 'abc'],
    ['root ::= "abc" | "ab"', '', 'abc'],
    ['root ::= "abc" | "ab"', 'ab', undefined],
    ['root ::= "aab" | "aac"', '', 'aa'],
    ['root ::= "aab" | "aac"', 'aa', undefined],
    ['root ::= "é"', '', 'é'],
    ['root ::= "a" | "b"', '', undefined],
    ['root ::= "a" "b"?', 'a', undefined],
  ])('of %s after %j is %j', async (source, before, expected) => {
    const allowed = (await compiler.compileGrammar(source)).allowedTokens(0);
    const token = allowed.forcedToken?.(tokenizer.encode(before));
    expect(token).toBe(expected === undefined ? undefined : tokenOf(expected));
  });

  test('is the end token where nothing else may come, and nothing once a token was forbidden', async () => {
    const allowed = (await compiler.compileGrammar('root ::= "a"')).allowedTokens(0);
    expect(allowed.forcedToken?.(tokenizer.encode('a'))).toBe(0);
    expect(allowed.forcedToken?.(tokenizer.encode('b'))).toBeUndefined();
  });
});

describe('characters', () => {
  const bytes = testTokenizer(everyByte);
  test('only the UTF-8 of a character comes through a class of all of them', async () => {
    const grammar = await createGrammarCompiler(bytes).compileGrammar('root ::= .');
    const next = (prefix: readonly number[]): number[] => {
      const mask = grammar.allowedTokens(0).mask(prefix.map((byte) => byte + 2)) as Uint8Array;
      return [...mask.keys()].filter((token) => mask[token] === 1).map((token) => token - 2);
    };
    const range = (first: number, last: number): number[] =>
      Array.from({ length: last - first + 1 }, (_, at) => first + at);
    // RFC 3629, section 4.
    expect(next([])).toEqual([...range(0, 0x7f), ...range(0xc2, 0xf4)]);
    expect(next([0xe0])).toEqual(range(0xa0, 0xbf));
    expect(next([0xed])).toEqual(range(0x80, 0x9f));
    expect(next([0xf0])).toEqual(range(0x90, 0xbf));
    expect(next([0xf4])).toEqual(range(0x80, 0x8f));
    expect(next([0xf4, 0x8f, 0xbf])).toEqual(range(0x80, 0xbf));
    expect(next([0x41])).toEqual([-2]);
  });
});

describe('a vocabulary that cannot write the grammar', () => {
  test('is refused where no text can begin', async () => {
    await expect(compiler.compileGrammar('root ::= "x"')).rejects.toThrow(/No token of the model begins/);
  });

  test('is named where it is found later', async () => {
    const allowed = (await compiler.compileGrammar('root ::= "ax"')).allowedTokens(0);
    expect(() => allowed.mask(tokenizer.encode('a'))).toThrow(/After "a" no token of the model goes on/);
  });

  test('without end tokens there is no compiler', () => {
    expect(() => createGrammarCompiler({ ...tokenizer, endTokens: [] })).toThrow(/no end token/);
  });
});

test('a prompt that is not counted is refused', async () => {
  const grammar = await compiler.compileGrammar('root ::= "a"');
  expect(() => grammar.allowedTokens(-1)).toThrow(/at least 0/);
  expect(() => grammar.allowedTokens(Number.NaN)).toThrow(/at least 0/);
});
