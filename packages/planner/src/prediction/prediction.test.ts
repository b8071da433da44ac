import { createRequestRandom } from '@foretoken/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acceptanceCounts,
  acceptanceEntry,
  draftConfiguration,
  lookupEntry,
  smallPipeline,
  smallProfile,
  targetConfiguration,
} from '../../testing/small-profile.js';
import { acceptanceData } from './acceptance-data.js';
import { committedTokens } from './committed-tokens.js';
import { bestLength, evaluate } from './evaluate-drafting.js';
import { predictSpeed } from './predict-speed.js';
import { roundCostsOf } from './round-costs.js';
import type { PassCostsEntry, RoundCostsEntry } from '../profile/profile-schema.js';
import { withoutDisturbed } from './without-disturbed.js';
import { stateAcceptance, stateOf } from './state-acceptance.js';

const seed = 20_261_128;
const shares = fc.array(fc.double({ min: 0.02, max: 0.98, noNaN: true }), { minLength: 1, maxLength: 8 });
const dataOf = (values: readonly number[], rounds = 1e9) =>
  acceptanceData(acceptanceEntry(acceptanceCounts(values, rounds)), false);
const pair = {
  target: targetConfiguration,
  draft: draftConfiguration,
  measured: smallProfile().roundCosts,
};

describe('committed tokens', () => {
  test('of an acceptance that is the same everywhere are (1 - a^(k+1)) / (1 - a)', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 0.98, noNaN: true }), fc.nat(15), (a, length) => {
        const { mean } = committedTokens(dataOf(new Array<number>(8).fill(a)), length);
        expect(mean).toBeCloseTo((1 - a ** (length + 1)) / (1 - a), 4);
      }),
      { seed },
    );
  });

  test('of a drafter that has nothing in half of the rounds are fewer', () => {
    // Half of the rounds draft two tokens, of which each is accepted with 0.8.
    const { mean } = committedTokens(acceptanceData(lookupEntry(0.8), true), 2);
    expect(mean).toBeCloseTo(1 + 0.5 * (0.8 + 0.64), 2);
  });

  test('their interval holds the truth about as often as it says', () => {
    const random = createRequestRandom({ seed }).round(0);
    const truth = [0.8, 0.7, 0.6, 0.5];
    const expected = committedTokens(dataOf(truth), 4).mean;
    const runs = 400;
    let held = 0;
    let draws = 0;
    for (let run = 0; run < runs; run++) {
      let reached = 200;
      const positions = truth.map((share) => {
        let accepted = 0;
        for (let round = 0; round < reached; round++)
          if (random.uniform('accept', 0, -1, draws++) < share) accepted += 1;
        const bins = [{ from: 0, to: 1, reached, accepted }];
        reached = accepted;
        return bins;
      });
      const { mean, relativeDeviation } = committedTokens(
        acceptanceData(acceptanceEntry({ positions }), false),
        4,
      );
      if (Math.abs(Math.log(mean / expected)) < 1.96 * relativeDeviation) held += 1;
    }
    // Of 400 intervals that hold with 0.95, fewer than 355 hold with probability 1e-6, all with 1e-9. Half as wide, 0.67
    // of them would.
    expect(held).toBeGreaterThanOrEqual(355);
    expect(held).toBeLessThan(runs);
  });
});

describe('states', () => {
  test('an acceptance that is moved to a state is in it', () => {
    fc.assert(
      fc.property(
        shares,
        fc.double({ min: 0.03, max: 0.97, noNaN: true }),
        fc.integer({ min: 1, max: 15 }),
        (values, state, length) => {
          expect(stateOf(stateAcceptance(dataOf(values), state, length), length)).toBeCloseTo(state, 5);
        },
      ),
      { seed },
    );
  });

  test('a higher state accepts more at every position', () => {
    fc.assert(
      fc.property(shares, (values) => {
        const [low, high] = [0.4, 0.6].map((state) => stateAcceptance(dataOf(values), state, 8).accepted);
        for (const [position, { mean }] of (low ?? []).entries())
          expect(high?.[position]?.mean).toBeGreaterThan(mean);
      }),
      { seed },
    );
  });
});

describe('round costs', () => {
  test('are the measured ones where rounds were measured, and keep the steps of passes between them', () => {
    const costs = roundCostsOf(smallProfile(), pair);
    expect([0, 1, 3, 7, 11, 15].map((length) => costs?.at(length))).toEqual([10, 11, 13, 19, 25, 31]);
    // The target's pass takes a step of 2 ms from 4 to 5 tokens; a draft token takes 1 ms.
    expect((costs?.at(4) as number) - (costs?.at(3) as number)).toBeCloseTo(3, 1);
    expect((costs?.at(3) as number) - (costs?.at(2) as number)).toBeCloseTo(1, 1);
  });

  test('of longer contexts are as much higher as the passes are', () => {
    const costs = roundCostsOf(smallProfile(), pair);
    // The target takes 1 ms more after 512 tokens than after 64, the draft 0.1 ms a token.
    expect((costs?.at(3, 512) as number) - (costs?.at(3, 64) as number)).toBeCloseTo(1.3, 6);
  });

  test('made of passes are corrected by rounds of other configurations, and less certain', () => {
    const slow = smallProfile().roundCosts.map((entry) => ({
      ...entry,
      milliseconds: entry.milliseconds.map((cost, index) => (index === 0 ? cost : 2 * cost)),
    }));
    const other = { ...targetConfiguration, threads: 1 };
    const profile = smallProfile();
    profile.passCosts.push(
      ...profile.passCosts
        .filter(({ configuration }) => configuration.model === 'big')
        .map((entry) => ({ ...entry, configuration: other })),
    );
    const composed = roundCostsOf(profile, { ...pair, target: other, measured: slow });
    expect(composed?.source).toBe('passes');
    expect(composed?.at(3)).toBeCloseTo(26, 0);
    expect(composed?.relativeDeviation).toBeGreaterThan(
      roundCostsOf(profile, pair)?.relativeDeviation as number,
    );
  });

  test('of several sequences at once are those of longer passes', () => {
    const costs = roundCostsOf(smallProfile(), pair);
    // 4 sequences of 4 tokens: a pass of 16, 8 + 4 x 2, and three draft passes of 4.
    expect(costs?.together(3, 4, 64)).toBeCloseTo(16 + 3 * 1, 6);
    expect(costs?.together(3, 32, 64)).toBeUndefined();
  });
});

describe('a disturbed measurement', () => {
  const [rounds] = smallProfile().roundCosts as [RoundCostsEntry];
  const times = (factor: number): RoundCostsEntry => ({
    ...rounds,
    drafter: 'disturbed.gguf',
    milliseconds: rounds.milliseconds.map((cost) => factor * cost),
  });

  test('is left out, by what took less at another time', () => {
    const { profile, left } = withoutDisturbed(smallProfile({ roundCosts: [rounds, times(40)] }));
    expect(profile.roundCosts).toEqual([rounds]);
    expect(left).toEqual([
      expect.stringMatching(/rounds of disturbed\.gguf for big with 2 threads .* 400 ms, and 10/),
    ]);
    const [curve] = smallProfile().passCosts as [PassCostsEntry];
    const slow = { ...curve, contextTokens: 32, milliseconds: curve.milliseconds.map((cost) => 5 * cost) };
    expect(withoutDisturbed(smallProfile({ passCosts: [curve, slow] })).profile.passCosts).toEqual([curve]);
  });

  test('is not one that has more to do, or takes a little longer', () => {
    const [curve] = smallProfile().passCosts as [PassCostsEntry];
    const long = { ...curve, contextTokens: 8192, milliseconds: curve.milliseconds.map((cost) => 5 * cost) };
    const profile = smallProfile({ passCosts: [curve, long], roundCosts: [rounds, times(1.9)] });
    expect(withoutDisturbed(profile)).toEqual({ profile, left: [] });
  });
});

test('the best length is that with the most tokens per millisecond, or none that does not gain 2 %', () => {
  const costs = roundCostsOf(smallProfile(), pair) as NonNullable<ReturnType<typeof roundCostsOf>>;
  const drafting = { costs, energy: undefined };
  fc.assert(
    fc.property(shares, (values) => {
      const data = dataOf(values);
      const rates = Array.from(
        { length: 16 },
        (_, length) => committedTokens(data, length).mean / costs.at(length),
      );
      const best = bestLength(drafting, smallPipeline(), data);
      const most = Math.max(...rates.slice(1));
      if (most < 1.02 * (rates[0] as number)) expect(best?.length).toBe(0);
      // Shorter drafts are preferred to those that add a thousandth.
      else expect(rates[best?.length as number]).toBeGreaterThanOrEqual(most * Math.exp(-0.001) ** 15);
      const { score } = evaluate(drafting, smallPipeline(), data, best?.length as number) ?? {};
      expect(best?.score).toBe(score);
    }),
    { seed },
  );
});

test('more counts make the interval of a speed narrower, down to that of the costs', () => {
  const costs = roundCostsOf(smallProfile(), pair) as NonNullable<ReturnType<typeof roundCostsOf>>;
  const widths = [50, 500, 1e9].map((rounds) => {
    const { speedup } =
      predictSpeed({ costs, energy: undefined }, smallPipeline(), dataOf([0.8, 0.7, 0.6], rounds), 3) ?? {};
    return Math.log((speedup?.upper as number) / (speedup?.lower as number));
  });
  expect(widths).toEqual(widths.toSorted((left, right) => right - left));
  expect(widths.at(-1)).toBeCloseTo(2 * 1.96 * costs.relativeDeviation, 3);
});
