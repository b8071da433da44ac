import { expect, test } from 'vitest';
import { LossAllowance } from './loss-allowance.js';

/** Milliseconds of a plain round. */
const plain = 5;

test('tries lose no more than sixteen plain rounds before anything is saved', () => {
  const allowance = new LossAllowance();
  let lost = 0;
  while (allowance.rounds > 0) {
    allowance.countRound({ mode: 'try', milliseconds: 2 * plain, committedCount: 1, reading: 0 }, plain);
    lost += 1;
  }
  // The last of them ends it, and a quarter of a percent of the time is given back meanwhile.
  expect(lost).toBeGreaterThanOrEqual(16);
  expect(lost).toBeLessThanOrEqual(17);
});

test('a fifth of what drafting saves may be lost again, but never more than 32 plain rounds', () => {
  const allowance = new LossAllowance();
  const before = allowance.rounds;
  // Three tokens in the time of one save two plain rounds.
  allowance.countRound({ mode: 'draft', milliseconds: plain, committedCount: 3, reading: 0 }, plain);
  expect(allowance.rounds - before).toBeCloseTo(0.2 * 2 + 0.0025, 10);
  for (let round = 0; round < 1000; round++)
    allowance.countRound({ mode: 'draft', milliseconds: plain, committedCount: 3, reading: 0 }, plain);
  expect(allowance.rounds).toBe(32);
});

test('plain rounds lose nothing, however long they take', () => {
  const allowance = new LossAllowance();
  const before = allowance.rounds;
  allowance.countRound({ mode: 'plain', milliseconds: 9 * plain, committedCount: 1, reading: 0 }, plain);
  expect(allowance.rounds).toBeGreaterThan(before);
});

test('a clock that jumps neither allows tries without end nor forbids them for good', () => {
  for (const milliseconds of [-5, Number.NaN, 1e12, Number.POSITIVE_INFINITY]) {
    for (const mode of ['plain', 'draft', 'try'] as const) {
      const allowance = new LossAllowance();
      const before = allowance.rounds;
      allowance.countRound({ mode, milliseconds, committedCount: 1, reading: plain }, plain);
      allowance.countAsking(mode, milliseconds, plain);
      // A round counts as ten plain ones and twice what was to be read, asking as ten.
      expect(allowance.rounds).toBeGreaterThanOrEqual(before - 21);
      expect(allowance.rounds).toBeLessThanOrEqual(before + 1);
    }
  }
});

// Was wrong: 0 / 0 stayed in the account, and nothing bounded tries any more.
test('a clock too coarse for a plain round changes nothing', () => {
  const allowance = new LossAllowance();
  allowance.countRound({ mode: 'try', milliseconds: 0, committedCount: 1, reading: 0 }, 0);
  allowance.countAsking('try', 0, 0);
  expect(allowance.rounds).toBe(new LossAllowance().rounds);
});
