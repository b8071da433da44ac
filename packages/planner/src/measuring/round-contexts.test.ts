import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addRoundContexts, countRoundContexts, plainRounds } from './round-contexts.js';

const seed = 20_261_129;
const draftLength = 4;

interface Round {
  readonly draftedCount: number;
  readonly acceptedCount: number;
  readonly start: number;
}

/** Rounds of one length over a text, of whose every token it is known whether a draft of it would be accepted. */
function roundsOver(text: readonly boolean[], length: number): Round[] {
  const rounds: Round[] = [];
  for (let start = 0; start < text.length; ) {
    const draftedCount = Math.min(length, text.length - 1 - start);
    const rejected = text.slice(start, start + draftedCount).indexOf(false);
    const acceptedCount = rejected === -1 ? draftedCount : rejected;
    rounds.push({ start, draftedCount, acceptedCount });
    start += acceptedCount + 1;
  }
  return rounds;
}

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
  const twice = addRoundContexts(addRoundContexts(undefined, once), once);
  expect(twice.plain).toEqual({ rounds: 4, contextTokens: 42 });
  expect(twice.drafting[1]?.[2]).toEqual({ rounds: 2, contextTokens: 20 });
});
