import { isDeepStrictEqual } from 'node:util';
import { measurePassCosts } from '@foretoken/core';
import type { PassCostsEntry, Profile } from '../../profile/profile-schema.js';
import { configurationOf, type ProfiledModel } from '../profiled-model.js';
import type { ProfileStep } from '../profile-step.js';

const longestPass = 64;
/** All of them, since the curve has steps; where the budget is spent early, every second, fourth, ... of them. */
const lengths = Array.from({ length: longestPass }, (_, index) => index + 1);

/** t(n) of a model with `contextTokens` in its cache, the host's work at temperature 1 included. */
export function passCostsStep(
  profiled: ProfiledModel,
  contextTokens: number,
  clock: () => number,
): ProfileStep {
  const { model, id } = profiled;
  const configuration = configurationOf(profiled);
  const find = (profile: Profile): PassCostsEntry | undefined =>
    profile.passCosts.find(
      (entry) =>
        isDeepStrictEqual(entry.configuration, configuration) && entry.contextTokens === contextTokens,
    );
  return {
    name: `passes of ${id} after ${contextTokens} tokens`,
    weight: 2,
    isDone: (profile) => find(profile) !== undefined,
    async measure(profile, milliseconds, signal) {
      const options = { clock, lengths, signal, budget: milliseconds, prefixLength: contextTokens };
      const curve = await measurePassCosts(model, options);
      const entry = {
        configuration,
        contextTokens: curve.contextTokens,
        lengths: [...curve.lengths],
        milliseconds: [...curve.milliseconds],
      };
      // Where the budget cut the context short, an earlier cut of the same length is replaced.
      profile.passCosts = profile.passCosts.filter(
        (other) =>
          other.contextTokens !== entry.contextTokens ||
          !isDeepStrictEqual(other.configuration, configuration),
      );
      profile.passCosts.push(entry);
    },
  };
}
