import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TextAcceptance } from './text-acceptance.js';

const prior = 0.6;
const priorWeight = 4;
const begin = (priors: readonly number[] = new Array<number>(8).fill(prior), lasting = 16): TextAcceptance =>
  new TextAcceptance(priors, { lasting, priorWeight });

/** Drafts of one token. */
function after(outcomes: readonly (0 | 1)[], lasting?: number): TextAcceptance {
  const text = begin(undefined, lasting);
  for (const outcome of outcomes) text.observe(1, outcome);
  return text;
}

const times = (count: number, outcome: 0 | 1): (0 | 1)[] => new Array<0 | 1>(count).fill(outcome);

/** Of one stretch, by what was seen of it, where nothing is forgotten. */
function shareOf(seen: readonly number[]): number {
  const accepted = seen.reduce((sum, outcome) => sum + outcome, 0);
  const leaned = (toward: number): number => (accepted + priorWeight * toward) / (seen.length + priorWeight);
  return leaned(Math.max(prior, leaned(prior)));
}

/** Chance of the outcomes, and what is expected then, over every way in which a text may change between them. */
function everyWay(outcomes: readonly number[], change: number): { chance: number; expected: number } {
  let [total, expected] = [0, 0];
  for (let ways = 0; ways < 2 ** outcomes.length; ways++) {
    let chance = 1;
    let stretch: number[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const isChange = ((ways >> index) & 1) === 1;
      chance *= isChange ? change : 1 - change;
      if (isChange) stretch = [];
      const share = shareOf(stretch);
      chance *= outcome === 1 ? share : 1 - share;
      stretch.push(outcome);
    }
    total += chance;
    expected += chance * shareOf(stretch);
  }
  return { chance: total, expected: expected / total };
}

describe('acceptance in a text', () => {
  test('is the mean over every way in which it may have changed, and over one that does not', () => {
    // As many drafts as there are places of change to hold before the first one is dropped.
    for (let code = 0; code < 8; code++) {
      const outcomes = [0, 1, 2].map((bit) => ((code >> bit) & 1) as 0 | 1);
      let steady = 0.2;
      for (let count = 1; count <= outcomes.length; count++) {
        const [before, now] = [outcomes.slice(0, count - 1), outcomes.slice(0, count)];
        const [ofSteady, ofChanging] = [0, 0.3].map(
          (change) => everyWay(now, change).chance / everyWay(before, change).chance,
        ) as [number, number];
        const share = (steady * ofSteady) / (steady * ofSteady + (1 - steady) * ofChanging);
        steady = 0.99 * share + 0.01 * 0.2;
        const expected = steady * everyWay(now, 0).expected + (1 - steady) * everyWay(now, 0.3).expected;
        expect(after(now, Number.POSITIVE_INFINITY).mean(0)).toBeCloseTo(expected, 12);
      }
    }
  });

  // Forgetting at one pace, eight rejections in a row went by before less than half was expected.
  test('that copied and stops is believed after three rejections', () => {
    const expected = [0, 1, 3].map((count) => after([...times(30, 1), ...times(count, 0)]).mean(0));
    expect(expected[0]).toBeGreaterThan(0.85);
    expect(expected[1]).toBeLessThan(0.8);
    expect(expected[2]).toBeLessThan(0.5);
  });

  test('that begins to copy is believed after four drafts', () => {
    expect(after(times(30, 0)).mean(0)).toBeLessThan(0.2);
    expect(after([...times(30, 0), ...times(4, 1)]).mean(0)).toBeGreaterThan(0.6);
  });

  test('changes at all positions at once', () => {
    const text = begin();
    for (let draft = 0; draft < 20; draft++) text.observe(4, 4);
    const copying = text.mean(3);
    for (let draft = 0; draft < 4; draft++) text.observe(1, 0);
    expect(copying).toBeGreaterThan(0.85);
    // Of the fourth position nothing was seen since: it is as in a text of which nothing is known.
    expect(text.mean(3)).toBeLessThan(0.65);
  });

  test('goes on as at the last position that has a prior', () => {
    const text = begin([0.9, 0.3]);
    for (const [position, expected] of [0.9, 0.3, 0.3, 0.3].entries())
      expect(text.mean(position)).toBeCloseTo(expected, 12);
    text.observe(12, 12);
    expect(text.mean(1)).toBeGreaterThan(0.6);
    expect(text.mean(15)).toBe(text.mean(1));
  });

  test('never is certain, and what was not verified tells nothing', () => {
    const chain = fc.record({ verified: fc.integer({ min: 0, max: 15 }), isRejected: fc.boolean() });
    const chains = fc.array(chain, { maxLength: 200 });
    const priors = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(chains, priors, (drafts, shares) => {
        const text = begin(shares);
        for (const { verified, isRejected } of drafts)
          text.observe(verified, Math.max(0, verified - (isRejected ? 1 : 0)));
        const means = shares.map((_, position) => text.mean(position));
        expect(Math.min(...means)).toBeGreaterThanOrEqual(0.01 - 1e-12);
        expect(Math.max(...means)).toBeLessThanOrEqual(0.99 + 1e-12);
        text.observe(0, 0);
        expect(shares.map((_, position) => text.mean(position))).toEqual(means);
      }),
      { seed: 20_261_201 },
    );
  });
});
