import {
  block,
  createLogitsTransform,
  recursiveRejection,
  tokenwise,
  traversal,
  type AllowedTokens,
} from '@foretoken/core';
import {
  enumerateJointLaw,
  jointLaw,
  largestDifference,
  randomTable,
  type TableLaw,
} from '@foretoken/core/testing';
import { describe, expect, test } from 'vitest';
import { testTokenizer } from '../testing/byte-tokenizer.js';
import { createGrammarCompiler } from './index.js';

// The end token, a special one, and texts that share beginnings: "ab" and "a" then "b" are two ways to one text.
const tokenizer = testTokenizer(['a', 'b', 'ab']);
const { vocabularySize } = tokenizer;
const prompt = [2, 3];
const count = 4;
const grammar = await createGrammarCompiler(tokenizer).compileGrammar(
  'root ::= "a" rest\nrest ::= "b" root | "b" "a" | ""',
);

/** A table's law under a mask; the same mask for the draft and for the target, with histories in any order. */
function masked(seed: number, allowedTokens: AllowedTokens | undefined): TableLaw {
  const table = randomTable(seed, vocabularySize, 'smooth');
  return (history) => {
    const { probabilities } = table(history);
    const logits = Float32Array.from(probabilities, Math.log);
    return createLogitsTransform({ allowedTokens }, vocabularySize).apply(logits, [...prompt, ...history], 0);
  };
}

/** One mask for draft and target, asked with histories in the order of the enumeration. */
const allowed = grammar.allowedTokens(prompt.length);
const target = masked(1, allowed);
const draft = masked(2, allowed);
const exact = jointLaw((history) => masked(1, grammar.allowedTokens(prompt.length))(history), count);
const trees = { siblings: 'without replacement', shape: () => [-1, -1, 0, 0] } as const;

test('the law is constrained, and reaches the end of the grammar', () => {
  const texts = [...exact]
    .filter(([, probability]) => probability > 0)
    .map(([text]) => text.split(',').map(Number));
  expect(texts.length).toBeGreaterThan(8);
  expect(texts.length).toBeLessThan(vocabularySize ** count / 4);
  for (const text of texts) {
    const end = text.indexOf(0);
    const written = tokenizer.decode(end < 0 ? text : text.slice(0, end));
    expect(written).toMatch(end < 0 ? /^(ab)*a?b?$/ : /^(ab)*a(ba)?$/);
  }
  expect(texts.some((text) => text.includes(0))).toBe(true);
});

describe('the joint law is that of the constrained target', () => {
  test.each([tokenwise, block])('under $name, with drafts of 1 to 3 tokens', (rule) => {
    for (const length of [1, 2, 3]) {
      const law = enumerateJointLaw(rule, target, { drawn: draft, length: () => length }, count);
      expect(largestDifference(law, exact)).toBeLessThan(1e-12);
    }
  });

  test.each([recursiveRejection, traversal])('under $name, with siblings of other histories', (rule) => {
    const law = enumerateJointLaw(rule, target, { drawn: draft, ...trees }, count);
    expect(largestDifference(law, exact)).toBeLessThan(1e-12);
  });

  test.each([tokenwise, block])('under $name, also of a draft that knows no grammar', (rule) => {
    const law = enumerateJointLaw(rule, target, { drawn: masked(2, undefined), length: () => 2 }, count);
    expect(largestDifference(law, exact)).toBeLessThan(1e-12);
  });
});

describe('the controls are seen', () => {
  test.each([tokenwise, block])('under $name, a mask at the first position alone', (rule) => {
    const once = {
      mask: (history: readonly number[]) =>
        history.length === prompt.length ? allowed.mask(history) : undefined,
    };
    const law = enumerateJointLaw(rule, masked(1, once), { drawn: draft, length: () => 2 }, count);
    expect(largestDifference(law, exact)).toBeGreaterThan(1e-2);
  });

  test.each([tokenwise, block])(
    'under $name, a draft that is drawn with the mask and reported without',
    (rule) => {
      const unmasked = masked(2, undefined);
      const drafting = {
        drawn: draft,
        reported: (history: readonly number[]) => unmasked(history),
        length: () => 2,
      };
      expect(largestDifference(enumerateJointLaw(rule, target, drafting, count), exact)).toBeGreaterThan(
        1e-2,
      );
    },
  );

  test.each([recursiveRejection, traversal])(
    'under $name, a mask that is not rolled back between siblings',
    (rule) => {
      // It reads every history as one text: what was there before it stays.
      let before: readonly number[] = [];
      const kept = grammar.allowedTokens(prompt.length);
      const stuck = {
        mask(history: readonly number[]) {
          const read =
            history.length <= before.length
              ? [...before.slice(0, history.length - 1), ...history.slice(-1)]
              : history;
          before = read;
          return kept.mask(read);
        },
      };
      const law = enumerateJointLaw(rule, masked(1, stuck), { drawn: draft, ...trees }, count);
      expect(largestDifference(law, exact)).toBeGreaterThan(1e-3);
    },
  );
});
