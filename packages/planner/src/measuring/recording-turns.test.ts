import { expect, test } from 'vitest';
import { addTurns, createRecordingTurns } from './recording-turns.js';

/** Rounds that accept nothing, with as many drafted tokens as are asked for, and what each took. */
function decode(
  { controller, turns }: ReturnType<typeof createRecordingTurns>,
  tokens: number,
  milliseconds: (drafted: number) => number,
): { readonly asked: number[]; readonly turns: ReturnType<typeof turns> } {
  const asked: number[] = [];
  for (let token = 0; token < tokens; token++) {
    const draftedCount = controller.next(15);
    asked.push(draftedCount);
    controller.observe({
      askedLength: draftedCount,
      draftedCount,
      acceptedCount: 0,
      committedCount: 1,
      draftMilliseconds: 0,
      passMilliseconds: 0,
      roundMilliseconds: milliseconds(draftedCount),
    });
  }
  return { asked, turns: turns() };
}

test.each([false, true])('plain rounds and drafts take turns of 16 tokens, drafts first: %s', (begins) => {
  const { asked } = decode(createRecordingTurns(3, { begins, promptTokens: 100 }), 64, () => 1);
  const turn = (first: boolean): number[] => new Array<number>(16).fill(first === begins ? 3 : 0);
  expect(asked).toEqual([...turn(true), ...turn(false), ...turn(true), ...turn(false)]);
});

test('what rounds took is counted by what they drafted, without the first of every turn', () => {
  let last = -1;
  const { turns } = decode(
    createRecordingTurns(2, { begins: false, promptTokens: 100 }),
    32,
    (drafted): number => {
      const first = drafted !== last;
      last = drafted;
      if (first) return 1000;
      return drafted === 0 ? 1 : 3;
    },
  );
  const contexts = (from: number): number => 15 * 100 + 15 * (from + 8);
  const none = { rounds: 0, milliseconds: 0, contextTokens: 0 };
  expect(turns).toEqual({
    plain: { rounds: 15, milliseconds: 15, contextTokens: contexts(0) },
    drafting: [none, none, { rounds: 15, milliseconds: 45, contextTokens: contexts(16) }],
  });
});

test('rounds of a drafting turn that had nothing to propose are no plain ones', () => {
  const { controller, turns } = createRecordingTurns(3, { begins: true, promptTokens: 1 });
  for (let round = 0; round < 3; round++) {
    expect(controller.next(15)).toBe(3);
    const times = { draftMilliseconds: 0, passMilliseconds: 1, roundMilliseconds: 1 };
    controller.observe({ askedLength: 3, draftedCount: 0, acceptedCount: 0, committedCount: 1, ...times });
  }
  expect(turns()).toEqual({
    plain: { rounds: 0, milliseconds: 0, contextTokens: 0 },
    drafting: [{ rounds: 2, milliseconds: 2, contextTokens: 5 }],
  });
});

test('texts add up, whatever they drafted', () => {
  const turn = (drafted: number): ReturnType<typeof decode>['turns'] =>
    decode(createRecordingTurns(drafted, { begins: true, promptTokens: 10 }), 16, () => 2).turns;
  const sum = addTurns(turn(1), turn(3));
  expect(sum.drafting.map(({ rounds, milliseconds }) => [rounds, milliseconds])).toEqual([
    [0, 0],
    [15, 30],
    [0, 0],
    [15, 30],
  ]);
});
