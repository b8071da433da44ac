import { InvalidGrammarError } from '@foretoken/core';
import { describe, expect, test } from 'vitest';
import { everyByte, testTokenizer } from '../../testing/byte-tokenizer.js';
import { createGrammarCompiler } from '../index.js';
import { readGrammar } from './read-grammar.js';

const tokenizer = testTokenizer(everyByte);
const compiler = createGrammarCompiler(tokenizer);

async function accepts(source: string, text: string): Promise<boolean> {
  const mask = (await compiler.compileGrammar(source)).allowedTokens(0).mask(tokenizer.encode(text));
  return mask?.[0] === 1;
}

describe('GBNF', () => {
  /** A grammar as llama.cpp's are written: comments, classes, escapes, bounds, parentheses over lines. */
  const arithmetic = `# sums of products
root  ::= sum "=" ws number "\\n"
sum   ::= product (
            [-+] ws product   # the lower rank
          )*
product ::= factor ([*/] ws factor)*
factor ::= number | "(" sum ")" ws
number ::= [0-9]{1,3} ("." [0-9]+)? ws
ws ::= [ \\t]*`;

  test.each([
    [arithmetic, '1+2*(3-4)/55 =7\n', true],
    [arithmetic, '1.5=1.5\n', true],
    [arithmetic, '1234=1\n', false],
    [arithmetic, '1=1', false],
    ['root ::= "\\x41\\u00e9\\U0001F600\\"\\\\\\[\\]\\t\\r\\n"', 'Aé😀"\\[]\t\r\n', true],
    ['root ::= [^"\\\\\\x00-\\x1f] .', 'é😀', true],
    ['root ::= [^"\\\\\\x00-\\x1f]', '"', false],
    ['root ::= [-az]+', 'a-z-', true],
    ['root ::= "a"? "b"+ "c"{2} "d"{1,} "e"{0,2}', 'bbccde', true],
    ['root ::= "a"? "b"+ "c"{2} "d"{1,} "e"{0,2}', 'bcd', false],
    ['root ::= "a"? "b"+ "c"{2} "d"{1,} "e"{0,2}', 'abccdeee', false],
    ['root ::= | "a"', '', true],
    ['root\n::=\n"a"\n| "b" root', 'bba', true],
    ['root ::= a-1\na-1 ::= "x"', 'x', true],
    // Recursion in the middle, to the left, and by way of the empty text.
    ['root ::= "a" root "b" | ""', 'aaabbb', true],
    ['root ::= "a" root "b" | ""', 'aab', false],
    ['root ::= root "a" | "b"', 'baaa', true],
    ['root ::= ("a"* "b"*)* "c"', 'abbac', true],
  ])('%j and %j: %j', async (source, text, expected) => {
    expect(await accepts(source, text)).toBe(expected);
  });
});

describe('what does not read names its place', () => {
  test.each([
    ['', 1, 1, /empty/],
    ['# a comment\n', 2, 1, /empty/],
    ['root', 1, 5, /::=, not the end/],
    ['root = "a"', 1, 6, /::=, not "="/],
    ['* ::= "a"', 1, 1, /begins with its name/],
    ['root ::= "a\nb', 1, 10, /not closed/],
    ['root ::= [a-', 1, 10, /not closed/],
    ['root ::= ("a" | "b"\nx ::= "c"', 1, 10, /not closed/],
    ['root ::= "a")', 1, 13, /cannot stand here: "\)"/],
    ['root ::= *', 1, 10, /cannot stand here: "\*"/],
    ['root ::= "a"\n  | item', 2, 5, /no rule "item"/],
    ['item ::= "a"', 1, 13, /no rule "root"/],
    ['root ::= "a"\nroot ::= "b"', 2, 1, /two rules "root"/],
    ['root ::= [z-a]', 1, 11, /lower to the higher/],
    ['root ::= []', 1, 10, /class is empty/],
    ['root ::= "\\q"', 1, 11, /no escape \\q/],
    ['root ::= "\\x4"', 1, 11, /2 hexadecimal digits/],
    ['root ::= "\\ud83d"', 1, 11, /no character/],
    ['root ::= "\\U00110000"', 1, 11, /no character/],
    ['root ::= "\ud83d"', 1, 11, /surrogate/],
    ['root ::= "a"{,3}', 1, 13, /\{2\}/],
    ['root ::= "a"{3,2}', 1, 13, /is nothing/],
    ['root ::= "a"{2001}', 1, 13, /At most 2000/],
    ['root ::= <think>', 1, 10, /angle brackets/],
    [`root ::= ${'('.repeat(300)}`, 1, 210, /200 deep/],
  ])('%j', (source, line, column, message) => {
    expect(() => readGrammar(source)).toThrow(message);
    try {
      readGrammar(source);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidGrammarError);
      expect(error).toMatchObject({ line, column });
    }
  });
});

describe('a grammar that no text satisfies', () => {
  test.each(['root ::= root "a"', 'root ::= "a" b\nb ::= "x" b', 'root ::= [^\\x00-\\U0010ffff]'])(
    '%j',
    async (source) => {
      await expect(compiler.compileGrammar(source)).rejects.toThrow(/No text satisfies the grammar/);
    },
  );

  test('in one of its options loses the option alone', async () => {
    expect(await accepts('root ::= "a" | "b" root "c" endless\nendless ::= "x" endless', 'a')).toBe(true);
    const grammar = await compiler.compileGrammar('root ::= "a" | "b" endless\nendless ::= "x" endless');
    expect(grammar.allowedTokens(0).mask(tokenizer.encode('b'))).toBeUndefined();
  });
});

test('a grammar that would become too large is refused, not compiled for hours', async () => {
  const source = 'root ::= ("a"{1,2000} "b"){1,2000}';
  await expect(compiler.compileGrammar(source)).rejects.toThrow(/too large/);
  // The compiler goes on.
  expect(await accepts('root ::= "a"', 'a')).toBe(true);
});
