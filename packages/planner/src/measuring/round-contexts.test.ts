import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roundsOver } from '../../testing/rounds-over.js';
import { addRoundContexts, countRoundContexts, noRounds, plainRounds } from './round-contexts.js';

const seed = 20_261_129;
const draftLength = 4;

test('rounds of every length are where they would have been', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 2, maxLength: 40 }),
      fc.nat(900),
      (whole, promptTokens) => {
        // The longest run of accepted tokens is shorter than a draft, or what follows is not known.
        const text = whole.map((accepted, index) => accepted && index % draftLength !== 0);
        const { plain, drafting } = countRoundContexts(
          roundsOver(text, draftLength),
          draftLength,
          promptTokens,
        );
        for (const [index, cells] of drafting.entries()) {
          const rounds = roundsOver(text, index + 1);
          const contexts = rounds.reduce((sum, { start }) => sum + promptTokens + start, 0);
          expect(cells).toHaveLength(index + 2);
          expect(cells.reduce((sum, cell) => sum + cell.rounds, 0)).toBe(rounds.length);
          expect(cells.reduce((sum, cell) => sum + cell.contextTokens, 0)).toBe(contexts);
        }
        const ofPlain = text.reduce((sum, _, index) => sum + promptTokens + index, 0);
        expect(plain).toEqual({ rounds: text.length, contextTokens: ofPlain });
      },
    ),
    { seed },
  );
});

test('texts add up', () => {
  const once = countRoundContexts([{ draftedCount: 2, acceptedCount: 1 }], 2, 10);
  expect(once).toEqual({
    plain: plainRounds(2, 10),
    drafting: [
      [
        { rounds: 0, contextTokens: 0 },
        { rounds: 1, contextTokens: 10 },
      ],
      [
        { rounds: 0, contextTokens: 0 },
        { rounds: 0, contextTokens: 0 },
        { rounds: 1, contextTokens: 10 },
      ],
    ],
  });
  const twice = addRoundContexts(addRoundContexts({ plain: noRounds, drafting: [] }, once), once);
  expect(twice.plain).toEqual({ rounds: 4, contextTokens: 42 });
  expect(twice.drafting[1]?.[2]).toEqual({ rounds: 2, contextTokens: 20 });
});
