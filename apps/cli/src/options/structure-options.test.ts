import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ggufTokenizer, readGguf } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import type { AllowedTokens, Tokenizer } from '@foretoken/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStructure } from './structure-options.js';

const prompt = 'The answer is ';
const schema = '{"enum":["yes","no"]}';
const grammar = 'root ::= "\\"yes\\"" | "\\"no\\""\n';
let folder: string;
let tokenizer: Tokenizer;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-structure-'));
  await writeFile(path.join(folder, 'schema.json'), schema);
  await writeFile(path.join(folder, 'answer.gbnf'), grammar);
  await writeFile(path.join(folder, 'wrong.gbnf'), 'root ::= answer\nanswer ::= "a" |\n  [b\n');
  await writeFile(path.join(folder, 'wrong.json'), '{"type": "object",}');
  tokenizer = ggufTokenizer(await readGguf(tinyModels.target));
});
afterAll(() => rm(folder, { recursive: true }));

const inFolder = (name: string): string => path.join(folder, name);
/** Texts of the tokens that may come after the prompt and a text. */
function next(allowed: AllowedTokens | undefined, text: string): string[] {
  const history = [...tokenizer.encode(prompt), ...tokenizer.encode(text)];
  const mask = allowed?.mask(history) as Uint8Array;
  return [...mask.keys()].filter((token) => mask[token] === 1).map((token) => tokenizer.decode([token]));
}

describe('the mask that was asked for', () => {
  test.each([
    ['a schema', () => ({ jsonSchema: schema })],
    ['a file with a schema', () => ({ jsonSchema: inFolder('schema.json') })],
    ['a grammar', () => ({ grammar })],
    ['a file with a grammar', () => ({ grammar: inFolder('answer.gbnf') })],
  ])('%s begins after the prompt', async (_, selection) => {
    const allowed = await openStructure(selection(), tokenizer, prompt);
    expect(next(allowed, '')).toContain('"');
    expect(next(allowed, '"')).toEqual(expect.arrayContaining(['n', 'y']));
    expect(next(allowed, '"no"')).toEqual([tokenizer.decode([tokenizer.endTokens[0] as number])]);
  });

  test('is none where none was', async () => {
    expect(await openStructure({}, tokenizer, prompt)).toBeUndefined();
  });
});

describe('bad input is named', () => {
  test.each<[what: string, selection: () => Parameters<typeof openStructure>[0], message: RegExp]>([
    [
      'a missing file',
      () => ({ grammar: inFolder('missing.gbnf') }),
      /missing\.gbnf cannot be read \(ENOENT\)/,
    ],
    ['an empty value', () => ({ jsonSchema: ' ' }), /take a file/],
    [
      'a schema that is no JSON',
      () => ({ jsonSchema: inFolder('wrong.json') }),
      /schema is no JSON: .*position 18/,
    ],
    [
      'JSON that is no schema',
      () => ({ jsonSchema: '[1]' }),
      /#: a schema is an object, true or false, not \[1\]/,
    ],
    ['recursion without an end', () => ({ jsonSchema: '{"$ref":"#"}' }), /Give the recursion an end/],
    [
      'a grammar with a wrong syntax',
      () => ({ grammar: inFolder('wrong.gbnf') }),
      /line 3, column 3: This character class is not closed/,
    ],
    [
      'a grammar that no text satisfies',
      () => ({ grammar: 'root ::= root "a"' }),
      /No text satisfies the grammar/,
    ],
  ])('%s', async (_, selection, message) => {
    await expect(openStructure(selection(), tokenizer, prompt)).rejects.toThrow(message);
  });
});
