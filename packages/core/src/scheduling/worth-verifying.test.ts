import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRequestRandom } from '../random/request-random.js';
import type { DraftLengthController } from './draft-length-controller.js';
import { createLearningDraftLength } from './learning-draft-length.js';
import { worthVerifying } from './worth-verifying.js';

const seed = 20_261_201;
const perToken = 0.2;
/** Of a pass by its tokens: a second one is dear, more cost little. */
const pass = (tokens: number): number => (tokens === 1 ? 1 : 1.6 + 0.1 * (tokens - 2));
const costs = Array.from({ length: 16 }, (_, drafted) => pass(drafted + 1) + perToken * drafted);

test('what is left out is the end of a draft, one token or two, where no other way gives more', () => {
  const chances = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 });
  const rates = fc.double({ min: 0.1, max: 3, noNaN: true });
  fc.assert(
    fc.property(chances, rates, (acceptance, rate) => {
      let survivalSoFar = 1;
      const survival = acceptance.map((chance) => (survivalSoFar *= chance));
      const value = (length: number): number =>
        survival.slice(0, length).reduce((sum, chance) => sum + chance, 0) - rate * pass(length + 1);
      const kept = worthVerifying(survival, costs, perToken, rate);
      const ways = [0, 1, 2].map((leftOut) => survival.length - leftOut).filter((length) => length >= 0);
      expect(ways).toContain(kept);
      expect(value(kept)).toBeGreaterThanOrEqual(Math.max(...ways.map(value)) - 1e-9);
    }),
    { seed, numRuns: 500 },
  );
});

interface Run {
  readonly tokens: number;
  readonly milliseconds: number;
  readonly verified: number;
  readonly drafted: number;
}

/** A drafter that is sure of two tokens in three, which are right, and unsure of others, of which `unsureRight` are. */
function generation(controller: DraftLengthController, unsureRight: number, leavesOut = true): Run {
  const random = createRequestRandom({ seed }).round(0);
  controller.begin?.({ promptLength: 1, maximumTokens: 3000 });
  const run = { tokens: 0, milliseconds: 0, verified: 0, drafted: 0 };
  while (run.tokens < 3000) {
    const asked = controller.next(Math.min(15, 3000 - run.tokens - 1));
    let [drafted, right] = [0, 0];
    while (drafted < asked) {
      const uniform = (what: number): number =>
        random.uniform('sample', what, run.tokens + drafted, run.tokens);
      const isSure = uniform(0) < 0.65;
      if (uniform(1) < (isSure ? 1 : unsureRight) && right === drafted) right += 1;
      drafted += 1;
      const probability = isSure ? 0.97 : 0.3;
      if (controller.shouldStop?.({ token: 0, probability, depth: drafted - 1 }) === true) break;
    }
    const kept = leavesOut && drafted > 0 ? (controller.lengthToVerify?.(drafted) ?? drafted) : drafted;
    const accepted = Math.min(kept, right);
    const milliseconds = pass(kept + 1) + perToken * drafted;
    controller.observe({
      askedLength: asked,
      draftedCount: kept,
      acceptedCount: accepted,
      committedCount: accepted + 1,
      known:
        kept < drafted
          ? { draftedCount: accepted + 1, acceptedCount: Math.min(right, accepted + 1) }
          : undefined,
      draftMilliseconds: perToken * drafted,
      passMilliseconds: undefined,
      roundMilliseconds: milliseconds,
    });
    run.tokens += accepted + 1;
    run.milliseconds += milliseconds;
    run.verified += kept;
    run.drafted += drafted;
  }
  return run;
}

const rateOf = ({ tokens, milliseconds }: Run): number => tokens / milliseconds;

test('where a second row is dear, unlikely tokens are left out of the pass, which is faster than verifying them', () => {
  const without = generation(createLearningDraftLength(), 0.1, false);
  const run = generation(createLearningDraftLength(), 0.1);
  expect(run.verified).toBeLessThan(0.85 * run.drafted);
  expect(rateOf(run)).toBeGreaterThan(1.05 * rateOf(without));
});

test('what is left out teaches all the same: where unsure tokens turn out right, they are verified again', () => {
  const controller = createLearningDraftLength({ maximumLength: 4 });
  const unlikely = generation(controller, 0.1);
  const likely = generation(controller, 0.95);
  expect(unlikely.verified / unlikely.drafted).toBeLessThan(0.85);
  expect(likely.verified / likely.drafted).toBeGreaterThan(0.95);
});

test('costs are those of drafts that are verified whole: what was left out is no part of them', () => {
  const controller = createLearningDraftLength();
  generation(controller, 0.1);
  for (const length of [1, 2, 3]) {
    expect(controller.promise(length, 1).milliseconds).toBeCloseTo(costs[length] as number, 6);
  }
  expect(controller.promise(0, 1).milliseconds).toBeCloseTo(costs[0] as number, 6);
});
