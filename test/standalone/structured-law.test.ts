import {
  createForcedTokenDrafter,
  createLogitsTransform,
  createModelDrafter,
  type Distribution,
  encodePrompt,
  generateText,
  type LanguageModel,
  type LogitsTransform,
  probabilityOf,
  type VerificationRule,
  verificationRules,
} from '@foretoken/core';
import { createGrammarCompiler, type Grammar } from '@foretoken/grammar';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, expect, test } from 'vitest';

// Every way in which the embedded target writes one of four words, with its exact probability under the grammar, against
// what the drafted decoding wrote. At temperature 2, where many ways are taken.
const words = ['undefined', 'unknown', 'number', 'null'];
const source = `root ::= ${words.map((word) => JSON.stringify(word)).join(' | ')}`;
const generations = 120;
/** Ways that are rarer go into one cell: 3.6 of these generations. */
const rare = 0.03;

let target: LanguageModel;
let draft: LanguageModel;
let grammar: Grammar;
let prompt: number[];
let law: ReadonlyMap<string, number>;
beforeAll(async () => {
  target = await llamacppBackend.loadModel(tinyModels.target, { threads: 1, contextLength: 64 });
  draft = await llamacppBackend.loadModel(tinyModels.draft, { threads: 1, contextLength: 64 });
  grammar = await createGrammarCompiler(target.tokenizer).compileGrammar(source);
  prompt = encodePrompt(target.tokenizer, 'const value: ');
  law = await exactLaw();
});
afterAll(async () => {
  await draft.close();
  await target.close();
});

function constrained(): LogitsTransform {
  return createLogitsTransform(
    { temperature: 2, allowedTokens: grammar.allowedTokens(prompt.length) },
    target.vocabularySize,
  );
}

/** Probability of every way that is not rare, by its tokens. */
async function exactLaw(): Promise<Map<string, number>> {
  const transform = constrained();
  const ends = new Set(target.tokenizer.endTokens);
  const ways = new Map<string, number>();
  const follow = async (output: readonly number[], probability: number): Promise<void> => {
    const sequence = target.createSequence();
    const tokens = [...prompt, ...output];
    const [result] = await target.forward([{ sequence, tokens, rows: 'last' }]);
    const row = transform.apply(result?.logits.read(0) as Float32Array, tokens, 0);
    const next = Array.from(
      { length: target.vocabularySize },
      (_, token) => [token, probability * probabilityOf(row, token)] as const,
    );
    sequence.close();
    for (const [token, share] of next) {
      if (share < rare) continue;
      if (ends.has(token)) ways.set([...output, token].join(' '), share);
      else await follow([...output, token], share);
    }
  };
  await follow([], 1);
  return ways;
}

/** Pearson's statistic against the exact law, its cells, and the draft tokens that were accepted. */
async function compare(rule: VerificationRule) {
  const counts = new Map<string, number>();
  let accepted = 0;
  const drafter = createForcedTokenDrafter({ inner: createModelDrafter({ model: draft, target }) });
  const transform = constrained();
  for (let seed = 0; seed < generations; seed++) {
    const { tokens, text, counters } = await generateText({
      target,
      drafter,
      draftLength: 2,
      prompt,
      rule,
      seed,
      transform,
    });
    expect(words).toContain(text);
    const key = tokens.join(' ');
    counts.set(law.has(key) ? key : 'rare', (counts.get(law.has(key) ? key : 'rare') ?? 0) + 1);
    accepted += counters.acceptedCount;
  }
  await drafter.close();
  const known = [...law.values()].reduce((sum, share) => sum + share, 0);
  const cells = [...law, ...(1 - known > rare ? [['rare', 1 - known] as const] : [])];
  const statistic = cells.reduce(
    (sum, [key, share]) => sum + ((counts.get(key) ?? 0) - generations * share) ** 2 / (generations * share),
    0,
  );
  return { statistic, cells: cells.length, accepted };
}

// Chi-square of k cells exceeds this with a probability below 1e-7 for k from 3 to 30; the seeds are fixed.
const limit = (cells: number): number => cells - 1 + 6 * Math.sqrt(2 * (cells - 1)) + 20;

test('the law of drafted texts is the law of the constrained target, seeds 0 to 119', async () => {
  const { statistic, cells, accepted } = await compare(verificationRules.get('block') as VerificationRule);
  console.log(
    `${cells} ways to write ${words.length} words, chi-square ${statistic.toFixed(1)}, ${accepted} draft tokens accepted`,
  );
  expect(cells).toBeGreaterThan(3);
  expect(accepted).toBeGreaterThan(generations / 2);
  expect(statistic).toBeLessThan(limit(cells));
});

/** Takes whatever was drafted, which the mask allows. */
const acceptAll: VerificationRule = {
  name: 'accept all',
  exact: false,
  randomness: 'round',
  trees: false,
  verify: (drafted, targetRows, random) => ({
    acceptedPath: [...drafted.tokens.keys()],
    nextToken: random.draw(targetRows.at(-1) as Distribution, drafted.tokens.length - 1),
    nextTokenKind: 'bonus',
  }),
};

test('the control: valid texts of another law, with every draft accepted, are seen', async () => {
  const { statistic, cells } = await compare(acceptAll);
  console.log(`the control: chi-square ${statistic.toFixed(1)}`);
  expect(statistic).toBeGreaterThan(limit(cells));
});
