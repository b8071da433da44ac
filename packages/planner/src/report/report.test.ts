import { describe, expect, test } from 'vitest';
import {
  acceptanceCounts,
  acceptanceEntry,
  energyEntries,
  draftConfiguration,
  smallModels,
  smallPipeline,
  smallProfile,
  targetConfiguration,
} from '../../testing/small-profile.js';
import { compilePlan } from '../plan/compile-plan.js';
import type { Profile } from '../profile/profile-schema.js';
import { answers } from './answers.js';
import { frontierOf } from './frontier.js';

const planOf = (profile: Profile) => {
  const pipeline = smallPipeline();
  return compilePlan({ pipeline, models: smallModels(pipeline), profile });
};
const measured = [
  ...energyEntries(targetConfiguration, [1, 1.1, 1.2]),
  ...energyEntries(draftConfiguration, [0.1, 0.1, 0.1]),
];
const withMeter = smallProfile({ energy: { meters: ['RAPL'], unreadable: [], measured, estimated: [] } });

describe('the frontier', () => {
  test('has the large model, the small one, and both together', () => {
    const plan = planOf(withMeter);
    const points = frontierOf(plan, withMeter);
    expect(points.map(({ kind }) => kind)).toEqual(['large model only', 'small model only', 'plan']);
    const [large, small, both] = points.map((point) => point.millisecondsPerToken);
    expect(large).toBeCloseTo(10, 6);
    expect(small).toBeCloseTo(1, 6);
    expect(both).toBeCloseTo((large as number) / plan.predicted.speedup.estimate, 6);
    expect(points[0]?.joulesPerToken).toBeCloseTo(1, 6);
    expect(points[1]?.joulesPerToken).toBeCloseTo(0.1, 6);
    expect(points[2]?.joulesPerToken).toBeCloseTo(plan.energy?.joules as number, 6);
  });

  // Was wrong: where the draft did not pay it was not in the picture, though that is what a user asks.
  test('has the small model where it does not pay, too', () => {
    const profile = smallProfile({
      acceptance: [acceptanceEntry(acceptanceCounts(Array(8).fill(0.02), 1000))],
    });
    const plan = planOf(profile);
    expect(plan.drafters).toEqual([]);
    expect(plan.alternatives).toMatchObject([{ name: 'small.gguf', predictedLength: 0 }]);
    const points = frontierOf(plan, profile);
    expect(points.map(({ kind }) => kind)).toEqual(['large model only', 'small model only', 'plan']);
    expect(answers(plan, points).join(' ')).toMatch(/small\.gguf does not pay.*small alone would have/);
  });

  test('invents no energy and no quality', () => {
    for (const point of frontierOf(planOf(smallProfile()), smallProfile()))
      expect(point).toMatchObject({ joulesPerToken: undefined, quality: undefined });
  });

  test('estimates every way to decode where the plan is an estimate, and puts no reading beside it', () => {
    // Regression: the plan's estimate stood in one column with readings of the draft, under the same name.
    const powerModel = { name: 'data sheet', idleWatts: 10, wattsPerThread: 5 };
    const pipeline = smallPipeline({ powerModel });
    const ofDraft = measured.filter(({ configuration }) => configuration.model === 'small');
    const profile = smallProfile({
      energy: { meters: ['RAPL'], unreadable: [], measured: ofDraft, estimated: [] },
    });
    const plan = compilePlan({ pipeline, models: smallModels(pipeline), profile });
    expect(plan.energy?.kind).toBe('estimated');
    for (const { millisecondsPerToken, joulesPerToken } of frontierOf(plan, profile, { powerModel }))
      expect(joulesPerToken).toBeCloseTo((20 * millisecondsPerToken) / 1000, 6);
    for (const { joulesPerToken } of frontierOf(plan, profile)) expect(joulesPerToken).toBeUndefined();
  });

  test('gives speculation the quality of the target', () => {
    const qualities = new Map([
      ['big', { perplexity: 2, solved: 9, tasks: 10 }],
      ['small', { perplexity: 5, solved: 4, tasks: 10 }],
    ]);
    const points = frontierOf(planOf(withMeter), withMeter, { qualities });
    expect(points.map(({ quality }) => quality?.solved)).toEqual([9, 4, 9]);
  });
});

describe('the answers', () => {
  test('say what to pair, and what that does to accuracy and efficiency', () => {
    const plan = planOf(withMeter);
    const qualities = new Map([
      ['big', { perplexity: 2, solved: 9, tasks: 10 }],
      ['small', { perplexity: 5, solved: 4, tasks: 10 }],
    ]);
    const [pairing, accuracy, efficiency] = answers(plan, frontierOf(plan, withMeter, { qualities }));
    expect(pairing).toContain('big with small.gguf');
    expect(accuracy).toMatch(
      /Nothing: the rule block keeps.*small alone solved 4 of 10 tasks, where the target solved 9/,
    );
    expect(efficiency).toMatch(/\d\.\d\dx \[.*measured by RAPL/);
  });

  test('say that a target in another format is another one, and that energy was not measured', () => {
    const plan = planOf(smallProfile());
    const [, accuracy, efficiency] = answers({ ...plan, target: { ...plan.target, isOther: true } }, []);
    expect(accuracy).toContain('another target than its file');
    expect(efficiency).toContain('Energy was not measured');
  });
});
