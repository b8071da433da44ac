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
import type {
  AcceptanceEntry,
  Profile,
  RoundCostsEntry,
  TreeRoundsEntry,
} from '../profile/profile-schema.js';
import { compilePlan } from './compile-plan.js';
import { predictFixed } from './predict-fixed.js';

const pipeline = smallPipeline();
const optionsOf = (changes: Partial<Profile>) => ({
  pipeline,
  models: smallModels(pipeline),
  profile: smallProfile(changes),
});
const hopeless = [acceptanceEntry(acceptanceCounts([0.02, 0.02, 0.02], 1_000_000))];
/** Rounds of so many milliseconds each. */
const timed = (rounds: number, each: number) => ({
  rounds,
  milliseconds: rounds * each,
  contextTokens: rounds * 64,
});

describe('predictions of fixed drafts', () => {
  test.each([1, 3, 7])('are those of a plan, of %i tokens', (length) => {
    const options = optionsOf({});
    const [drafter] = compilePlan(options).drafters;
    const planned = drafter?.predictions.find((prediction) => prediction.length === length);
    expect(planned?.speedup.estimate).toBeGreaterThan(1);
    expect(predictFixed(options, length)).toMatchObject({ ...planned, plainMilliseconds: 10 });
  });

  // Texts were taken to be alike: with the embedded draft model drafts of three tokens were predicted 4 % too fast, since where
  // less is accepted prompts are longer.
  test('are of the contexts that rounds have, where long texts need more of them', () => {
    const at = (rounds: number, contextTokens: number) => ({
      rounds,
      contextTokens: rounds * contextTokens,
    });
    const none = at(0, 0);
    const [entry] = smallProfile().acceptance as [AcceptanceEntry];
    const drafting = Array.from({ length: 8 }, (_, index) => [
      ...new Array<typeof none>(index + 1).fill(none),
      at(100, 136),
    ]);
    const contexts = { plain: at(200, 48), drafting };
    const { speedup: alike } =
      predictFixed(optionsOf({ acceptance: [{ ...entry, contexts: undefined }] }), 3) ?? {};
    const { speedup, roundMilliseconds } =
      predictFixed(optionsOf({ acceptance: [{ ...entry, contexts }] }), 3) ?? {};
    // The target's pass takes 1 ms more in 448 tokens, and the draft's three 0.1 ms each; 88 tokens, of which the first
    // 16 are shorter than any that was measured.
    const longer = (1 + 3 * 0.1) * (72 / 448);
    expect(roundMilliseconds).toBeCloseTo(13 + longer, 9);
    expect((alike?.estimate as number) / (speedup?.estimate as number)).toBeCloseTo((13 + longer) / 13, 9);
    const { limits } = { limits: { contextTokens: 64 } };
    const known = {
      ...optionsOf({ acceptance: [{ ...entry, contexts }] }),
      pipeline: { ...pipeline, limits },
    };
    expect(predictFixed(known, 3)?.roundMilliseconds).toBeCloseTo(13, 9);
  });

  // Rounds one length after the other, by lower quartiles: heads on ONNX Runtime were predicted 15 % too fast.
  test('are of rounds in texts where those were measured', () => {
    const [{ target, draft, drafter, sampling, rule }] = smallProfile().roundCosts as [RoundCostsEntry];
    const rounds = (times: number, milliseconds: number) => ({
      rounds: times,
      milliseconds: times * milliseconds,
      contextTokens: times * 48,
    });
    const none = rounds(0, 0);
    const entry = {
      target,
      draft,
      drafter,
      sampling,
      rule,
      promptsSha256: 'c'.repeat(64),
      texts: 3,
      plain: rounds(100, 20),
      drafting: [none, rounds(50, 2 * 11 * 1.1), none, rounds(50, 2 * 13 * 1.1)],
    };
    for (const [length, milliseconds] of [
      [1, 11],
      [3, 13],
      [7, 19],
    ] as const) {
      const { roundMilliseconds } = predictFixed(optionsOf({ roundsInTexts: [entry] }), length) ?? {};
      expect(roundMilliseconds).toBeCloseTo(1.1 * milliseconds, 9);
    }
    const other = { ...entry, drafter: 'other.gguf and prompt-lookup' };
    expect(predictFixed(optionsOf({ roundsInTexts: [other] }), 3)?.roundMilliseconds).toBeCloseTo(13, 9);
  });

  test('tell beside them what reading the prompt takes', () => {
    const [entry] = smallProfile().acceptance as [AcceptanceEntry];
    const promptReading = { texts: 4, milliseconds: 100 };
    const options = optionsOf({ acceptance: [{ ...entry, promptReading }] });
    expect(predictFixed(options, 3)).toMatchObject({ readingMilliseconds: 25, plainMilliseconds: 10 });
    expect(predictFixed(options, 3)?.speedup).toEqual(predictFixed(optionsOf({}), 3)?.speedup);
    expect(compilePlan(options).drafters[0]?.readingMilliseconds).toBe(25);
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
    expect(predictFixed(optionsOf(treeEntries(1, shares)), [2, 2])).toMatchObject(planned?.prediction ?? {});
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
      { widths: [2], ...timed(20, 24) },
      { widths: [2, 2], ...timed(30, 48) },
      // Too few.
      { widths: [2, 1], ...timed(19, 480) },
    ];
    const { target, draft, drafter } = smallProfile().roundCosts[0] as RoundCostsEntry;
    const treeRounds = [{ ...entry, target, draft, drafter, plain: timed(60, 12), trees }];
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

  // Larger trees than were timed cheaply said that one of one node takes 5.4 ms, where drafts of one token took 7.8 in texts.
  test('of trees take no less than the longest chain in them', () => {
    const { treePasses, treeAcceptance } = treeEntries(1, [
      [0.5, 0.6],
      [0.5, 0.5],
    ]);
    const [entry] = sampleProfile().treeRounds as [TreeRoundsEntry];
    const { target, draft, drafter } = smallProfile().roundCosts[0] as RoundCostsEntry;
    const trees = [{ widths: [2, 2], ...timed(100, 4) }];
    const treeRounds = [{ ...entry, target, draft, drafter, plain: timed(100, 10), trees }];
    const options = optionsOf({ treePasses, treeAcceptance, treeRounds });
    for (const widths of [[1], [2], [2, 2], [1, 1]])
      expect(predictFixed(options, widths)?.roundMilliseconds).toBeCloseTo(
        predictFixed(options, widths.length)?.roundMilliseconds as number,
        9,
      );
  });

  test.each<[string, Partial<Profile>, number | readonly number[]]>([
    ['longer drafts than were measured', {}, 64],
    ['trees where none were measured', { treePasses: [], treeAcceptance: [] }, [2, 1]],
    ['more siblings than were counted', treeEntries(1, [[0.5, 0.5]]), [3]],
  ])('of %s are none', (_, changes, draft) => {
    expect(predictFixed(optionsOf(changes), draft)).toBeUndefined();
  });
});
