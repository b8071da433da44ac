import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Draft } from '../contract/draft.js';
import { generateText } from '../decoding/generate-text.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { TokenOutOfRangeError } from '../errors/token-out-of-range-error.js';
import { propose } from '../testing/drafter-conformance/proposals.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import { createNGramDrafter, type NGramOptions } from './n-gram-drafter.js';

const vocabularySize = 10;
const target = createTableModel({ law: randomTable(1, vocabularySize, 'smooth'), vocabularySize });

function draftOf(
  tokens: readonly number[],
  options: NGramOptions = {},
  budget: { maximumTokens?: number; maximumLeaves?: number } = {},
): Promise<Draft> {
  const drafter = createNGramDrafter({ minimumMatch: 1, ...options });
  return propose(target, drafter, { tokens, seed: 1, maximumTokens: 8, ...budget });
}

describe('the n-gram drafter', () => {
  test.each<[what: string, tokens: number[], options: NGramOptions, expected: number[]]>([
    ['nothing repeated', [0, 1, 2, 3], {}, []],
    ['a match shorter than the shortest', [0, 1, 5, 0, 1], { minimumMatch: 3 }, []],
    ['as many tokens as were matched', [0, 1, 2, 3, 4, 5, 9, 0, 1, 2], {}, [3, 4, 5]],
    ['twice as many by the factor', [0, 1, 2, 3, 4, 5, 9, 0, 1], { lengthFactor: 2 }, [2, 3, 4, 5]],
    ['at least one token by a small factor', [0, 1, 5, 0, 1], { lengthFactor: 0.1 }, [5]],
    ['the period, past the end', [0, 1, 2, 0, 1, 2, 0, 1, 2], {}, [0, 1, 2, 0, 1, 2]],
    ['the more frequent continuation, though an older one', [0, 1, 3, 0, 1, 3, 0, 1, 4, 5, 0, 1], {}, [3, 0]],
    ['the latest among the equally frequent', [0, 1, 3, 5, 0, 1, 4, 6, 0, 1], {}, [4, 6]],
    ['the continuation of the longest match', [7, 0, 1, 3, 0, 1, 4, 0, 1, 4, 9, 7, 0, 1], {}, [3, 0, 1]],
    ['a text of the corpora', [9, 5, 6], { corpora: [[0], [5, 6, 7, 8]] }, [7, 8]],
    ['no string that reaches over the end of a text', [9, 5, 6], { corpora: [[5], [6, 7]] }, [7]],
    [
      'the longer match of the corpora before that of the text',
      [4, 5, 6, 1, 5, 6, 4, 5, 6],
      { corpora: [[6, 4, 5, 6, 2]] },
      [2],
    ],
    [
      'an equal match of the corpora that says more',
      [5, 6, 1, 5, 6, 2, 5, 6],
      { corpora: [[5, 6, 3, 4]] },
      [3, 4],
    ],
    ['the text before an equal match of the corpora', [5, 6, 1, 5, 6], { corpora: [[5, 6, 2]] }, [1, 5]],
    ['nothing after the end of a text', [9, 5, 6], { corpora: [[5, 6]] }, []],
  ])('proposes %s', async (_, tokens, options, expected) => {
    expect((await draftOf(tokens, options)).tokens).toEqual(expected);
  });

  test('stops where the estimated probability of the path falls', async () => {
    // After 0 came 1 three times of four, after 0 1 each of two tokens once, then nothing else.
    const corpora = [
      [0, 1, 2],
      [0, 1, 3],
      [0, 1],
      [0, 4],
    ];
    const options = { corpora, lengthFactor: 4 };
    expect((await draftOf([9, 0], { ...options, minimumProbability: 0.3 })).tokens).toHaveLength(2);
    expect((await draftOf([9, 0], { ...options, minimumProbability: 0.5 })).tokens).toEqual([1]);
    expect((await draftOf([9, 0], { ...options, minimumProbability: 0.8 })).tokens).toEqual([]);
  });

  test('a budget of several leaves gives the most probable tree, siblings by frequency', async () => {
    const corpora = [
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 3],
      [0, 4, 5],
      [0, 4, 5],
      [0, 6],
    ];
    const options = { corpora, lengthFactor: 2 };
    const { tokens, parents } = await draftOf([9, 0], options, { maximumLeaves: 3 });
    // Probabilities of the paths: 1/2, three times 1/3, 1/6; 0 1 3 would be a leaf too many.
    expect(tokens).toEqual([1, 4, 2, 5, 6]);
    expect(parents).toEqual([-1, -1, 0, 1, -1]);
    const chain = await draftOf([9, 0], options, { maximumLeaves: 1 });
    expect(chain.tokens).toEqual([1, 2]);
  });

  test('agrees with a search through the text on the first token', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 60 }), async (tokens) => {
        const { tokens: drafted } = await draftOf(tokens, { minimumProbability: 0 });
        expect(drafted[0]).toBe(mostFrequentAfterLongestMatch(tokens));
      }),
      { seed: 20_261_128, numRuns: 200 },
    ));

  test.each<[options: NGramOptions, message: RegExp]>([
    [{ minimumMatch: 0 }, /minimumMatch must be a whole number from 1 to 32, not 0/],
    [{ minimumMatch: 33 }, /minimumMatch/],
    [{ minimumMatch: 1.5 }, /minimumMatch/],
    [{ lengthFactor: 0 }, /lengthFactor must be a number above 0, not 0/],
    [{ lengthFactor: Number.NaN }, /lengthFactor/],
    [{ minimumProbability: 1.1 }, /minimumProbability must be from 0 to 1, not 1.1/],
  ])('refuses %j', (options, message) => {
    expect(() => createNGramDrafter(options)).toThrow(InvalidArgumentError);
    expect(() => createNGramDrafter(options)).toThrow(message);
  });

  test('refuses corpora of anything but tokens, and of tokens that the target lacks', async () => {
    for (const token of [-1, 0.5, Number.NaN, 2 ** 31]) {
      const create = () => createNGramDrafter({ corpora: [[], [1, token]] });
      expect(create).toThrow(TokenOutOfRangeError);
      expect(create).toThrow(/at position 1 of corpus 1 is not a token id/);
    }
    await expect(draftOf([0, 1], { corpora: [[vocabularySize]] })).rejects.toThrow(
      /have the token 10, the target has the tokens 0 to 9/,
    );
  });

  test('is fully accepted where past outputs hold the greedy text', async () => {
    const shared = { target, prompt: [1, 2, 3], maximumTokens: 40, sampling: { temperature: 0 } };
    const plain = await generateText(shared);
    const drafter = createNGramDrafter({ corpora: [[...shared.prompt, ...plain.tokens]] });
    const { tokens, counters } = await generateText({ ...shared, drafter, draftLength: 7 });
    expect(tokens).toEqual(plain.tokens);
    expect(counters.acceptedCount).toBe(counters.draftedCount);
    expect(counters.blockEfficiency).toBeGreaterThan(4);
  });
});

/** By comparing everything; undefined where the last token is new. */
function mostFrequentAfterLongestMatch(tokens: readonly number[]): number | undefined {
  for (let length = Math.min(32, tokens.length - 1); length > 0; length--) {
    const suffix = tokens.slice(-length);
    const followers: number[] = [];
    for (let start = 0; start + length < tokens.length; start++) {
      if (suffix.every((token, index) => tokens[start + index] === token))
        followers.push(tokens[start + length] as number);
    }
    const countOf = (token: number): number => followers.filter((other) => other === token).length;
    const [best] = followers.toSorted(
      (left, right) =>
        countOf(right) - countOf(left) || followers.lastIndexOf(right) - followers.lastIndexOf(left),
    );
    if (best !== undefined) return best;
  }
  return undefined;
}
