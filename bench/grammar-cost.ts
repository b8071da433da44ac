/**
 * Cost of a grammar a drafted position: the step to the position and its mask, over the tokens of valid texts, and how
 * long compiling takes; for the embedded vocabulary, and for a real one where a GGUF file is named. A position after a
 * rollback is measured as well: back by eight tokens, then eight steps and masks again, as in a round that rejects all.
 * Run: npx tsx bench/grammar-cost.ts [MODEL.gguf] (after npm run build).
 */
import type { Tokenizer } from '@foretoken/core';
import { createGrammarCompiler, type Grammar } from '@foretoken/grammar';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { writeResult } from './support/write-result.js';

const repetitions = 20;
const width = 8;
const record = {
  name: 'Zürich "quoted" text with some words in it',
  age: 42,
  tags: ['a', 'bcd', 'hello world'],
  kind: 'alpha',
};

const object = (name: object) => ({
  type: 'object',
  properties: {
    name,
    age: { type: 'integer' },
    tags: { type: 'array', items: { type: 'string' } },
    kind: { enum: ['alpha', 'beta'] },
  },
  required: ['name', 'age', 'tags', 'kind'],
});

interface Case {
  readonly name: string;
  readonly compile: (compiler: ReturnType<typeof createGrammarCompiler>) => Promise<Grammar>;
  readonly text: string;
}

const cases: readonly Case[] = [
  {
    name: 'schema',
    compile: (compiler) => compiler.compileJsonSchema(object({ type: 'string' })),
    text: JSON.stringify(record),
  },
  {
    name: 'schema, a string of at most 50 characters',
    compile: (compiler) => compiler.compileJsonSchema(object({ type: 'string', maxLength: 50 })),
    text: JSON.stringify(record),
  },
  {
    name: 'any JSON',
    compile: (compiler) => compiler.compileJsonSchema({}),
    text: JSON.stringify([record, record]),
  },
  {
    name: 'GBNF, lists of sums',
    compile: (compiler) =>
      compiler.compileGrammar(
        'root ::= sum ("\\n" sum)*\nsum ::= term (" "? [-+] " "? term)*\nterm ::= [0-9]+ | "(" sum ")"',
      ),
    text: '12 + (3-44)+ 5\n((1+2) - 33)\n7+8+9',
  },
];

function quantiles(times: readonly number[]) {
  const sorted = times.toSorted((left, right) => left - right);
  const at = (share: number): number =>
    Number((1000 * (sorted[Math.floor(share * (sorted.length - 1))] as number)).toFixed(1));
  return { median: at(0.5), p90: at(0.9), largest: at(1) };
}

async function measure(tokenizer: Tokenizer): Promise<object[]> {
  const rows: object[] = [];
  const compiler = createGrammarCompiler(tokenizer);
  const began = performance.now();
  await compiler.compileGrammar('root ::= "a"');
  console.log(
    `${tokenizer.vocabularySize} tokens: ${(performance.now() - began).toFixed(0)} ms to read the vocabulary`,
  );
  for (const { name, compile, text } of cases) {
    const start = performance.now();
    const grammar = await compile(compiler);
    const compileMilliseconds = Number((performance.now() - start).toFixed(0));
    const tokens = tokenizer.encode(text);
    const forward: number[] = [];
    const back: number[] = [];
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const allowed = grammar.allowedTokens(0);
      for (let length = 0; length <= tokens.length; length++) {
        const history = tokens.slice(0, length);
        const before = performance.now();
        const mask = allowed.mask(history);
        forward.push(performance.now() - before);
        if (length < tokens.length && mask?.[tokens[length] as number] !== 1)
          throw new Error(`${name}: ${text} is not allowed.`);
      }
      for (let from = 0; from + width <= tokens.length; from += width) {
        const histories = Array.from({ length: width }, (_, at) => tokens.slice(0, from + at));
        allowed.mask(tokens.slice(0, from + width));
        const before = performance.now();
        for (const history of histories) allowed.mask(history);
        back.push((performance.now() - before) / width);
      }
    }
    const row = {
      vocabularySize: tokenizer.vocabularySize,
      grammar: name,
      tokens: tokens.length,
      compileMilliseconds,
      microsecondsPerPosition: quantiles(forward),
      microsecondsPerPositionAfterRollback: quantiles(back),
    };
    rows.push(row);
    console.log(JSON.stringify(row));
  }
  return rows;
}

const rows: object[] = [];
for (const file of [tinyModels.target, ...process.argv.slice(2, 3)]) {
  const model = await llamacppBackend.loadModel(file, { contextLength: 256 });
  rows.push(...(await measure(model.tokenizer)));
  await model.close();
}
await writeResult('grammar-cost', { repetitions, width, rows });
