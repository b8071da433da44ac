import { measureRoundCosts } from '@foretoken/core';
import type { ProfileStep } from '../profile-step.js';
import { type DraftingPair, isOfPair, pairFields } from './drafting-pair.js';

/** One less than the groups of rows that kernels work on. Few, so that each is measured often. */
const lengths = [0, 1, 3, 7, 11, 15];

/**
 * What a round costs by draft length, models pushing each other out of the caches included.
 *
 * @param options whether a model or a head drafts, and tokens in the cache before the rounds; undefined: some default, for
 *   want of prompts.
 */
export function roundCostsStep(
  pair: DraftingPair,
  { draftsByPasses, promptLength }: { draftsByPasses: boolean; promptLength: number | undefined },
  clock: () => number,
): ProfileStep {
  const { target, drafter, sampling, rule } = pair;
  const fields = pairFields(pair);
  return {
    name: `rounds of ${drafter.name}`,
    weight: 3,
    isDone: (profile) => profile.roundCosts.some((entry) => isOfPair(entry, fields)),
    async measure(profile, milliseconds, signal) {
      const curve = await measureRoundCosts({
        target: target.model,
        // What copies text has seldom something to propose, and then it costs the target's pass alone.
        drafter: draftsByPasses ? drafter : undefined,
        // The others draft in most rounds.
        inARow: draftsByPasses,
        sampling,
        rule,
        lengths,
        promptLength,
        clock,
        signal,
        budget: milliseconds,
      });
      profile.roundCosts.push({
        ...fields,
        contextTokens: curve.contextTokens,
        lengths: [...curve.lengths],
        milliseconds: [...curve.milliseconds],
      });
    },
  };
}
