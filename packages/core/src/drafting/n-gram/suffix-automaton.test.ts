import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SuffixAutomaton } from './suffix-automaton.js';

const seed = 20_261_128;
const texts = fc.array(fc.array(fc.nat({ max: 2 }), { maxLength: 24 }), { minLength: 1, maxLength: 3 });
const countedLengths = fc.integer({ min: 1, max: 8 });

/** All texts so far, the last of them the present one. */
type Texts = readonly (readonly number[])[];

/** Where a string ends, [text, end]. */
function ends(known: Texts, string: readonly number[]): [number, number][] {
  return known.flatMap((text, number) =>
    Array.from({ length: text.length + 1 }, (_, end): [number, number] => [number, end]).filter(
      ([, end]) =>
        end >= string.length && string.every((token, index) => text[end - string.length + index] === token),
    ),
  );
}

/** The longest suffix of a text that `holds`. */
function longestSuffix(
  text: readonly number[],
  holds: (suffix: readonly number[]) => boolean,
): readonly number[] {
  for (let start = 0; start < text.length; start++) {
    const suffix = text.slice(start);
    if (holds(suffix)) return suffix;
  }
  return [];
}

function build(known: Texts, countedLength: number): SuffixAutomaton {
  const automaton = new SuffixAutomaton(countedLength);
  for (const text of known) {
    automaton.startText();
    for (const token of text) automaton.append(token);
  }
  return automaton;
}

/** The match of a string that stands in the texts. */
function find(automaton: SuffixAutomaton, string: readonly number[]) {
  return string.reduce((match, token) => automaton.advance(match, token), automaton.start);
}

describe('the automaton agrees with a search through the texts', () => {
  test('on the longest repeated end of the growing text, after every token', () => {
    fc.assert(
      fc.property(texts, countedLengths, (all, countedLength) => {
        const automaton = new SuffixAutomaton(countedLength);
        for (const [number, text] of all.entries()) {
          automaton.startText();
          for (let end = 1; end <= text.length; end++) {
            automaton.append(text[end - 1] as number);
            const known = [...all.slice(0, number), text.slice(0, end)];
            const expected = longestSuffix(text.slice(0, end), (suffix) => ends(known, suffix).length > 1);
            expect(automaton.repeat.length).toBe(expected.length);
            expect(automaton.repeat.state).toBe(find(automaton, expected).state);
          }
        }
      }),
      { seed, numRuns: 150 },
    );
  });

  test('on the occurrences of every counted string', () => {
    fc.assert(
      fc.property(texts, countedLengths, (all, countedLength) => {
        const automaton = build(all, countedLength);
        for (const text of all) {
          for (let start = 0; start < text.length; start++) {
            for (let end = start + 1; end <= Math.min(text.length, start + countedLength); end++) {
              const string = text.slice(start, end);
              const match = find(automaton, string);
              expect(match.length).toBe(string.length);
              expect(automaton.count(match.state)).toBe(ends(all, string).length);
            }
          }
        }
      }),
      { seed, numRuns: 60 },
    );
  });

  test('on the longest end of another text that stands in it', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat({ max: 3 }), { maxLength: 24 }), (all, other) => {
        const automaton = build(all, 4);
        let match = automaton.start;
        for (let end = 1; end <= other.length; end++) {
          match = automaton.advance(match, other[end - 1] as number);
          const expected = longestSuffix(other.slice(0, end), (suffix) => ends(all, suffix).length > 0);
          expect(match.length).toBe(expected.length);
          expect(match.state).toBe(find(automaton, expected).state);
        }
      }),
      { seed, numRuns: 150 },
    );
  });

  test('on what follows a string, most frequent first, then latest', () => {
    fc.assert(
      fc.property(
        texts,
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 1, max: 3 }),
        (all, counted, most) => {
          const automaton = build(all, counted);
          for (const text of all) {
            for (let start = 0; start < text.length; start++) {
              const string = text.slice(start, start + counted - 1);
              const places = [0, 1, 2]
                .map((token) => ({ token, at: ends(all, [...string, token]) }))
                .filter(({ at }) => at.length > 0);
              const total = places.reduce((sum, { at }) => sum + at.length, 0);
              const order = ([number, end]: [number, number]): number => 100 * number + end;
              const expected = places
                .toSorted(
                  (left, right) =>
                    right.at.length - left.at.length ||
                    order(right.at.at(-1) as [number, number]) - order(left.at.at(-1) as [number, number]),
                )
                .slice(0, most)
                .map(({ token, at }) => ({ token, frequency: at.length / total }));
              const found = automaton.continuations(find(automaton, string), most);
              expect(found.map(({ token, frequency }) => ({ token, frequency }))).toEqual(expected);
              for (const { token, state } of found)
                expect(state).toBe(find(automaton, [...string, token]).state);
            }
          }
        },
      ),
      { seed, numRuns: 60 },
    );
  });

  test('on the longest end of a string that something follows, and on shortened strings', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 6 }), (all, longest) => {
        const automaton = build(all, 4);
        for (const text of all) {
          const followed = automaton.followed(find(automaton, text));
          const expected = longestSuffix(text, (suffix) =>
            ends(all, suffix).some(([number, end]) => end < (all[number] as readonly number[]).length),
          );
          expect(followed.length).toBe(expected.length);
          expect(followed.state).toBe(find(automaton, expected).state);
          const short = automaton.shortened(find(automaton, text), longest);
          expect(short.state).toBe(find(automaton, text.slice(-longest)).state);
          expect(short.length).toBe(Math.min(longest, text.length));
        }
      }),
      { seed, numRuns: 150 },
    );
  });
});

test('at most 2n states and 3n transitions, whatever the text', () => {
  const small = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 200 });
  const wide = fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(fc.array(fc.oneof(small, wide), { minLength: 1, maxLength: 3 }), (all) => {
      const { tokenCount, stateCount, transitionCount } = build(all, 4);
      expect(tokenCount).toBe(all.flat().length);
      expect(stateCount).toBeLessThanOrEqual(2 * tokenCount);
      expect(transitionCount).toBeLessThanOrEqual(3 * tokenCount);
    }),
    { seed, numRuns: 200 },
  );
});

test('the worst texts come near those bounds', () => {
  // Blumer et al. 1985: ab^n has 2n - 1 states, ab^nc 3n - 4 transitions.
  const length = 500;
  const most = build([[0, ...Array<number>(length - 1).fill(1)]], 4);
  expect(most.stateCount).toBe(2 * length - 1);
  const mostTransitions = build([[0, ...Array<number>(length - 2).fill(1), 2]], 4);
  expect(mostTransitions.transitionCount).toBe(3 * length - 4);
});
