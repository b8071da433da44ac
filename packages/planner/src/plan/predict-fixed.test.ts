import { describe, expect, test } from 'vitest';
import {
  acceptanceCounts,
  acceptanceEntry,
  smallModels,
  smallPipeline,
  smallProfile,
  treeEntries,
} from '../../testing/small-profile.js';
import { sampleProfile } from '../../testing/sample-profile.js';
import type { Profile, RoundCostsEntry, TreeRoundsEntry } from '../profile/profile-schema.js';
import { compilePlan } from './compile-plan.js';
import { predictFixed } from './predict-fixed.js';

const pipeline = smallPipeline();
const optionsOf = (changes: Partial<Profile>) => ({
  pipeline,
  models: smallModels(pipeline),
  profile: smallProfile(changes),
});
const hopeless = [acceptanceEntry(acceptanceCounts([0.02, 0.02, 0.02], 1_000_000))];

describe('predictions of fixed drafts', () => {
  test.each([1, 3, 7])('are those of a plan, of %i tokens', (length) => {
    const options = optionsOf({});
    const [drafter] = compilePlan(options).drafters;
    const planned = drafter?.predictions.find((prediction) => prediction.length === length);
    expect(planned?.speedup.estimate).toBeGreaterThan(1);
    expect(predictFixed(options, length)).toEqual(planned);
  });

  test('are there where a plan drops the drafter', () => {
    const options = optionsOf({ acceptance: hopeless });
    expect(compilePlan(options).drafters).toEqual([]);
    const { speedup, committedTokens, roundMilliseconds } = predictFixed(options, 3) ?? {};
    expect(committedTokens).toBeCloseTo(1 + 0.02 + 0.02 ** 2 + 0.02 ** 3, 4);
    expect(roundMilliseconds).toBeCloseTo(13, 9);
    expect(speedup?.estimate).toBeCloseTo(((committedTokens as number) * 10) / 13, 9);
  });

  test('of trees are those of a plan whose pipeline names the shape', () => {
    const shares = [
      [0.5, 0.6],
      [0.5, 0.5],
    ];
    const drafters = [{ kind: 'draft-model' as const, model: 'small.gguf', tree: '2,2' }];
    const named = { ...optionsOf(treeEntries(1, shares)), pipeline: { ...pipeline, drafters } };
    const planned = compilePlan(named).drafters[0]?.tree;
    expect(planned?.parents).toEqual([-1, -1, 0, 0, 1, 1]);
    expect(predictFixed(optionsOf(treeEntries(1, shares)), [2, 2])).toEqual(planned?.prediction);
  });

  // A tree was taken to cost the host what a chain of as many tokens does: half of what trees of a small target took.
  test('of trees that were measured whole take as long as they took', () => {
    const shares = [
      [0.5, 0.6],
      [0.5, 0.5],
    ];
    const { treePasses, treeAcceptance } = treeEntries(1.2, shares);
    const [entry] = sampleProfile().treeRounds as [TreeRoundsEntry];
    const trees = [
      { widths: [2], milliseconds: 24, plainMilliseconds: 12 },
      { widths: [2, 2], milliseconds: 48, plainMilliseconds: 12 },
    ];
    const { target, draft, drafter } = smallProfile().roundCosts[0] as RoundCostsEntry;
    const treeRounds = [{ ...entry, target, draft, drafter, contextTokens: 64, trees }];
    const options = optionsOf({ treePasses, treeAcceptance, treeRounds });
    for (const [widths, times] of [
      [[2], 2],
      [[2, 2], 4],
    ] as const) {
      const { speedup, committedTokens } = predictFixed(options, widths) ?? {};
      expect(speedup?.estimate).toBeCloseTo((committedTokens as number) / times, 1);
    }
    // Between them, and beyond: as the nearest.
    const roundOf = (widths: readonly number[]): number =>
      predictFixed(options, widths)?.roundMilliseconds as number;
    expect(roundOf([2, 1])).toBeGreaterThan(roundOf([2]));
    expect(roundOf([2, 1])).toBeLessThan(roundOf([2, 2]));
    expect(roundOf([2, 2, 1])).toBeGreaterThan(roundOf([2, 2]));
  });

  test.each<[string, Partial<Profile>, number | readonly number[]]>([
    ['longer drafts than were measured', {}, 64],
    ['trees where none were measured', { treePasses: [], treeAcceptance: [] }, [2, 1]],
    ['more siblings than were counted', treeEntries(1, [[0.5, 0.5]]), [3]],
  ])('of %s are none', (_, changes, draft) => {
    expect(predictFixed(optionsOf(changes), draft)).toBeUndefined();
  });
});
