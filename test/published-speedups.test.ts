import { describe, expect, it } from 'vitest';
import {
  batchRows,
  breakEvenRows,
  deepmindRows,
  exampleTree,
  leviathanRows,
  sequoiaRows,
} from '../bench/support/simulated-speedups.js';

const tenth = 0.1;

describe('published acceptances and costs, through the code that plans', () => {
  it("give DeepMind's and Sequoia's measured speedups within 10 %", () => {
    for (const { setting, gap } of [...deepmindRows, ...sequoiaRows])
      expect(Math.abs(gap), setting).toBeLessThan(tenth);
    expect(deepmindRows.length + sequoiaRows.length).toBe(16);
  });

  it('give what Leviathan et al. expect, within 10 %; their measurements only where they are near that themselves', () => {
    for (const { setting, gapToExpected, gap, expected, measured } of leviathanRows) {
      expect(Math.abs(gapToExpected), setting).toBeLessThan(tenth);
      if (Math.abs(gap) < tenth) expect(Math.abs(expected / measured - 1), setting).toBeLessThan(2 * tenth);
    }
    expect(leviathanRows.filter(({ gap }) => Math.abs(gap) < tenth)).toHaveLength(4);
  });

  it("give Sequoia's example tree", () => {
    expect(exampleTree.ourParents).toEqual(exampleTree.theirParents);
  });

  it('never choose less than the published length gains', () => {
    // A longer draft must add a thousandth.
    for (const { setting, ours, chosen } of [...leviathanRows, ...deepmindRows])
      expect(chosen.gain, setting).toBeGreaterThanOrEqual(0.999 * ours);
  });
});

describe('larger batches', () => {
  it('shorten the drafts until plain decoding is best', () => {
    for (const { pair, gpu, choices, breakEven } of breakEvenRows) {
      const lengths = choices.map(({ length }) => length);
      expect(lengths, `${pair}, ${gpu}`).toEqual(lengths.toSorted((left, right) => right - left));
      expect(choices[0]?.length).toBeGreaterThan(0);
      for (const { batch, length, gain } of choices) {
        expect(gain).toBeGreaterThanOrEqual(1);
        if (breakEven !== undefined) expect(length === 0).toBe(batch >= breakEven);
      }
    }
    expect(breakEvenRows.filter(({ breakEven }) => breakEven !== undefined).length).toBeGreaterThan(8);
  });

  it('cost an RTX 3090 its gain where vLLM measured that', () => {
    const row = batchRows.find(({ drafter, gpu }) => drafter === 'EAGLE-3' && gpu === 'RTX 3090');
    for (const batch of [48, 56]) {
      const batches: readonly number[] = row?.batches ?? [];
      const index = batches.indexOf(batch);
      expect(Math.abs(row?.gaps[index] ?? Number.NaN), `batch ${batch}`).toBeLessThan(tenth);
    }
  });
});
