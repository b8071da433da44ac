import { describe, expect, test } from 'vitest';
import type { RoundMeasurement } from '../scheduling/draft-length-controller.js';
import { CounterRecorder } from './counter-recorder.js';

function round(draftedCount: number, acceptedCount: number, milliseconds?: number): RoundMeasurement {
  return {
    askedLength: 4,
    draftedCount,
    acceptedCount,
    committedCount: acceptedCount + 1,
    draftMilliseconds: milliseconds,
    passMilliseconds: milliseconds === undefined ? undefined : 10 * milliseconds,
    roundMilliseconds: milliseconds === undefined ? undefined : 12 * milliseconds,
  };
}

describe('without a clock', () => {
  test('counts add up, by position too, and no time is known', () => {
    const recorder = new CounterRecorder(5, 2, undefined);
    recorder.endPrompt();
    recorder.endRound(round(3, 2), 3, 3);
    recorder.endRound(round(1, 1), 1, 2);
    recorder.endRound(round(0, 0), 0, 1);
    // A tree of four nodes, two deep, of which nothing was accepted.
    recorder.endRound(round(4, 0), 2, 1);
    expect(recorder.counters()).toMatchObject({
      promptCount: 5,
      keptCount: 2,
      committedCount: 7,
      roundCount: 4,
      draftedCount: 8,
      acceptedCount: 3,
      draftedByPosition: [3, 2, 1],
      acceptedByPosition: [2, 1, 0],
      acceptanceRate: 3 / 8,
      blockEfficiency: 7 / 4,
      promptMilliseconds: undefined,
      draftMilliseconds: undefined,
      passMilliseconds: undefined,
      decodeMilliseconds: undefined,
    });
  });

  test('rates of nothing are NaN', () => {
    const { acceptanceRate, blockEfficiency } = new CounterRecorder(1, 0, undefined).counters();
    expect([acceptanceRate, blockEfficiency]).toEqual([Number.NaN, Number.NaN]);
  });

  test('counters are a copy: later rounds do not change them', () => {
    const recorder = new CounterRecorder(1, 0, undefined);
    recorder.endRound(round(1, 1), 1, 2);
    const before = recorder.counters();
    recorder.endRound(round(2, 2), 2, 3);
    expect(before).toMatchObject({ draftedByPosition: [1], acceptedByPosition: [1], committedCount: 2 });
  });
});

describe('with a clock', () => {
  test('the prompt ends where decoding starts; drafts and passes add up', () => {
    let now = 100;
    const recorder = new CounterRecorder(5, 0, () => now);
    now = 107;
    recorder.endPrompt();
    recorder.endRound(round(2, 1, 3), 2, 2);
    recorder.endRound(round(2, 1, 5), 2, 2);
    now = 250;
    expect(recorder.counters()).toMatchObject({
      promptMilliseconds: 7,
      draftMilliseconds: 8,
      passMilliseconds: 80,
      decodeMilliseconds: 143,
    });
  });

  test('all the time is the prompt, where that was never read to its end', () => {
    let now = 0;
    const recorder = new CounterRecorder(5, 0, () => now);
    now = 9;
    expect(recorder.counters()).toMatchObject({
      promptMilliseconds: 9,
      draftMilliseconds: 0,
      passMilliseconds: 0,
      decodeMilliseconds: 0,
    });
  });
});
