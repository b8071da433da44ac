import { describe, expect, test } from 'vitest';
import { inTextsFactor } from './in-texts-factor.js';

/** Of a round by drafted tokens and context. */
const costAt = (drafted: number, contextTokens: number): number =>
  (10 + 2 * drafted) * (1 + contextTokens / 1000);
const timed = (rounds: number, drafted: number, { times = 1, contextTokens = 100 } = {}) => ({
  rounds,
  milliseconds: rounds * times * costAt(drafted, contextTokens),
  contextTokens: rounds * contextTokens,
});
const none = { rounds: 0, milliseconds: 0, contextTokens: 0 };

describe('what rounds take more in texts', () => {
  test('is found, whatever their context and whatever the machine was slowed down by', () => {
    for (const slow of [1, 1.7]) {
      const plain = timed(300, 0, { times: slow, contextTokens: 100 });
      const drafting = [
        none,
        timed(40, 1, { times: 1.2 * slow, contextTokens: 700 }),
        none,
        timed(60, 3, { times: 1.2 * slow, contextTokens: 300 }),
      ];
      const factor = inTextsFactor({ plain, drafting }, costAt);
      for (const length of [1, 2, 3, 7]) expect(factor(length)).toBeCloseTo(1.2, 9);
    }
  });

  test('is all of the drafts, where plain rounds among them take longer too', () => {
    const plain = timed(300, 0);
    const drafting = [timed(100, 0, { times: 1.1 }), none, none, timed(50, 3)];
    // 100 rounds of 11 ms took a tenth more, and 50 rounds were told to take 17.6 ms.
    expect(inTextsFactor({ plain, drafting }, costAt)(3)).toBeCloseTo(1 + 110 / 880, 9);
  });

  // A curve had one wrong point: with one factor for all lengths one token a round was predicted 28 % too fast.
  test("is each length's own where that was timed often", () => {
    const drafting = [
      none,
      timed(200, 1, { times: 1.4 }),
      none,
      timed(200, 3, { times: 1 }),
      timed(9, 4, { times: 3 }),
    ];
    const factor = inTextsFactor({ plain: timed(300, 0), drafting }, costAt);
    for (const [length, expected] of [
      [1, 1.4],
      [2, 1.2],
      [3, 1],
      [4, 1],
      [15, 1],
    ] as const)
      expect(factor(length)).toBeCloseTo(expected, 9);
  });

  test('is not said from few rounds, and is bounded', () => {
    expect(
      inTextsFactor({ plain: timed(300, 0), drafting: [none, timed(19, 1, { times: 2 })] }, costAt)(1),
    ).toBe(1);
    expect(
      inTextsFactor({ plain: timed(19, 0), drafting: [none, timed(99, 1, { times: 2 })] }, costAt)(1),
    ).toBe(1);
    expect(inTextsFactor({ plain: timed(99, 0), drafting: [timed(99, 0)] }, costAt)(1)).toBe(1);
    expect(
      inTextsFactor({ plain: timed(99, 0), drafting: [none, timed(199, 1, { times: 9 })] }, costAt)(1),
    ).toBe(1.5);
  });

  test('is bounded in what plain rounds among few drafts add', () => {
    for (const [times, expected] of [
      [0.8, 1 / 1.5],
      [1.2, 1.5],
    ] as const) {
      const drafting = [timed(9000, 0, { times }), none, none, timed(300, 3)];
      expect(inTextsFactor({ plain: timed(300, 0), drafting }, costAt)(3)).toBeCloseTo(expected, 9);
    }
  });

  // A slow stretch made a length's measured cost 2.3 times what 461 rounds in texts took; three tokens were predicted 28 % too slow.
  test('has no bound where hundreds of rounds were timed', () => {
    for (const times of [0.4, 2]) {
      const drafting = [none, none, none, timed(461, 3, { times })];
      expect(inTextsFactor({ plain: timed(300, 0), drafting }, costAt)(3)).toBeCloseTo(times, 9);
    }
  });
});
