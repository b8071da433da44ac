import { createRequestRandom } from '@foretoken/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptanceEntry } from '../../testing/small-profile.js';
import { type DecidedRound, roundsOver } from '../../testing/rounds-over.js';
import { acceptanceData, sharesOf } from '../prediction/acceptance-data.js';
import { committedTokens } from '../prediction/committed-tokens.js';
import { addShorterDrafts, countShorterDrafts } from './shorter-drafts.js';

const seed = 20_261_129;
const draftLength = 8;

/** By position. */
function countsOf(rounds: readonly DecidedRound[], length: number) {
  const times = (holds: (round: DecidedRound, position: number) => boolean): number[] =>
    Array.from({ length }, (_, position) => rounds.filter((round) => holds(round, position)).length);
  return {
    reached: times(
      ({ draftedCount, acceptedCount }, position) => position < draftedCount && position <= acceptedCount,
    ),
    accepted: times(({ acceptedCount }, position) => position < acceptedCount),
  };
}

/** Easy and hard stretches; no run of accepted tokens is as long as a draft, of which nothing is known afterwards. */
function stretches(tokens: number): boolean[] {
  const random = createRequestRandom({ seed }).round(0);
  let inARow = 0;
  return Array.from({ length: tokens }, (_, index) => {
    const chance = Math.floor(index / 40) % 2 === 0 ? 0.8 : 0.15;
    const accepted = inARow < draftLength - 1 && random.uniform('accept', 0, -1, index) < chance;
    inARow = accepted ? inARow + 1 : 0;
    return accepted;
  });
}

describe('shorter drafts', () => {
  test('are counted as if they had been drafted', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 60 }), (whole) => {
        // The longest run of accepted tokens is shorter than a draft, or what follows is not known.
        const known = whole.map((accepted, index) => accepted && index % draftLength !== 0);
        const shorter = countShorterDrafts(roundsOver(known, draftLength), draftLength);
        for (const [index, { reached, accepted, drafted }] of shorter.entries()) {
          const rounds = roundsOver(known, index + 1);
          expect({ reached, accepted }).toEqual(countsOf(rounds, index + 1));
          expect(drafted.reduce((sum, times) => sum + times, 0)).toBe(rounds.length);
        }
      }),
      { seed },
    );
  });

  test('a text of easy and hard stretches is predicted for every length', () => {
    // All lengths were predicted by the first tokens of the longest drafts, which begin where the text is hard: one token
    // a round was predicted 5 % too slow, and so were heads and draft models.
    const known = stretches(40_000);
    const long = roundsOver(known, draftLength);
    const positions = countsOf(long, draftLength).reached.map((reached, position) => [
      { from: 0, to: 1, reached, accepted: countsOf(long, draftLength).accepted[position] as number },
    ]);
    const entry = acceptanceEntry({ positions });
    const counted = acceptanceData(
      { ...entry, draftLength, shorter: countShorterDrafts(long, draftLength) },
      false,
    );
    for (const length of [1, 3, 5, 8]) {
      const truth = known.length / roundsOver(known, length).length;
      expect(committedTokens(sharesOf(counted, length), length).mean / truth).toBeCloseTo(1, 2);
    }
    const once = known.length / roundsOver(known, 1).length;
    expect(committedTokens(counted, 1).mean / once).toBeLessThan(0.95);
  });

  test('of a draft that was kept whole the next token is taken to be accepted, of a shorter one it was not proposed', () => {
    const [one, two] = countShorterDrafts([{ draftedCount: 3, acceptedCount: 3 }], 3);
    expect([one, two]).toEqual([
      { reached: [2], accepted: [2], drafted: [0, 2] },
      { reached: [2, 1], accepted: [2, 1], drafted: [0, 1, 1] },
    ]);
    const [short] = countShorterDrafts([{ draftedCount: 2, acceptedCount: 2 }], 3);
    expect(short).toEqual({ reached: [1], accepted: [1], drafted: [1, 1] });
  });

  test('what has nothing to propose drafts nothing', () => {
    const nothing = { draftedCount: 0, acceptedCount: 0 };
    const [one] = countShorterDrafts([nothing, { draftedCount: 2, acceptedCount: 0 }, nothing], 8);
    expect(one).toEqual({ reached: [1], accepted: [0], drafted: [2, 1] });
  });

  test('texts add up', () => {
    const rounds = roundsOver(stretches(200), draftLength);
    const once = countShorterDrafts(rounds, draftLength);
    const twice = addShorterDrafts(addShorterDrafts([], once), once);
    expect(twice.map(({ reached }) => reached)).toEqual(
      once.map(({ reached }) => reached.map((tokens) => 2 * tokens)),
    );
  });
});
