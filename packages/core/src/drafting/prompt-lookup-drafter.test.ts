import { describe, expect, test } from 'vitest';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { propose } from '../testing/drafter-conformance/proposals.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import { createPromptLookupDrafter, type PromptLookupOptions } from './prompt-lookup-drafter.js';

const vocabularySize = 20;
const target = createTableModel({ law: randomTable(1, vocabularySize, 'smooth'), vocabularySize });

async function drafted(
  tokens: readonly number[],
  options: PromptLookupOptions,
  temperature = 0,
): Promise<readonly number[]> {
  const drafter = createPromptLookupDrafter(options);
  return (await propose(target, drafter, { tokens, seed: 1, maximumTokens: 6, sampling: { temperature } }))
    .tokens;
}

/** Tokens 0 to 9, something else, and the first `matched` of them again. */
const again = (matched: number): number[] => [...Array(10).keys(), 19, ...Array(matched).keys()];

describe('prompt lookup', () => {
  test.each<[what: string, tokens: number[], options: PromptLookupOptions, expected: number[]]>([
    ['nothing repeated', [0, 1, 2, 3], { minimumMatch: 1 }, []],
    ['a match shorter than the shortest', [0, 1, 5, 0, 1], { minimumMatch: 3 }, []],
    [
      'what followed the match, as long as asked',
      [0, 1, 2, 3, 4, 0],
      { minimumMatch: 1 },
      [1, 2, 3, 4, 0, 1],
    ],
    ['the period, past the end', [0, 1, 2, 0, 1, 2], { minimumMatch: 1 }, [0, 1, 2, 0, 1, 2]],
    ['the latest of equal matches', [0, 1, 3, 0, 1, 4, 0, 1], { minimumMatch: 2, lengthFactor: 0.5 }, [4]],
    ['the longest match', [7, 0, 1, 3, 5, 0, 1, 4, 7, 0, 1], { minimumMatch: 1, lengthFactor: 0.5 }, [3]],
    [
      'of matches as long as the longest, the latest',
      [7, 0, 1, 3, 5, 0, 1, 4, 7, 0, 1],
      { minimumMatch: 1, maximumMatch: 2, lengthFactor: 0.5 },
      [4],
    ],
    ['at least one token by a small factor', [0, 1, 5, 0, 1], { minimumMatch: 1, lengthFactor: 0.1 }, [5]],
  ])('drafts %s', async (_, tokens, options, expected) => {
    expect(await drafted(tokens, options)).toEqual(expected);
  });

  test('by default asks for longer matches and drafts less where tokens are drawn', async () => {
    expect(await drafted(again(3), {})).toEqual([]);
    expect(await drafted(again(4), {})).toEqual([4, 5, 6, 7, 8, 9]);
    expect(await drafted(again(7), {}, 1)).toEqual([]);
    expect(await drafted(again(8), {}, 1)).toEqual([8, 9, 19, 0]);
  });

  test.each<PromptLookupOptions>([
    { minimumMatch: 0 },
    { minimumMatch: 1.5 },
    { minimumMatch: 3, maximumMatch: 2 },
    { lengthFactor: 0 },
    { lengthFactor: Number.NaN },
  ])('refuses %o', (options) => {
    expect(() => createPromptLookupDrafter(options)).toThrow(InvalidArgumentError);
  });
});
