import { isDeepStrictEqual } from 'node:util';
import { type CostCurve, measurePassCosts } from '@foretoken/core';
import type { PassCostsEntry, Profile } from '../../profile/profile-schema.js';
import { configurationOf, type ProfiledModel } from '../profiled-model.js';
import type { ProfileStep } from '../profile-step.js';

const longestPass = 64;

/**
 * t(n) of a model with `contextTokens` in its cache, the host's work at temperature 1 included. Every length is measured,
 * since the curve has steps; where the budget is spent early, every second, fourth, ... of them, and later runs measure
 * those between.
 */
export function passCostsStep(
  profiled: ProfiledModel,
  contextTokens: number,
  clock: () => number,
): ProfileStep {
  const { model, id } = profiled;
  const configuration = configurationOf(profiled);
  const longest = Math.min(
    longestPass,
    model.capabilities.maximumPassTokens,
    model.contextLength - contextTokens,
  );
  const lengths = Array.from({ length: longest }, (_, index) => index + 1);
  const isMine = (entry: PassCostsEntry): boolean => isDeepStrictEqual(entry.configuration, configuration);
  const find = (profile: Profile): PassCostsEntry | undefined =>
    profile.passCosts.find((entry) => isMine(entry) && entry.contextTokens === contextTokens);
  const missing = (entry: PassCostsEntry | undefined): number[] =>
    lengths.filter((length) => entry?.lengths.includes(length) !== true);
  return {
    name: `passes of ${id} after ${contextTokens} tokens`,
    weight: 2,
    isDone: (profile) => missing(find(profile)).length === 0,
    async measure(profile, milliseconds, signal) {
      const known = find(profile);
      const wanted = { lengths: missing(known), prefixLength: contextTokens };
      const curve = await measurePassCosts(model, { ...wanted, clock, signal, budget: milliseconds });
      // Where the budget cut the context short: what is known of the whole one stays alone.
      if (known !== undefined && curve.contextTokens !== contextTokens) return;
      const cut = profile.passCosts.find(
        (entry) => isMine(entry) && entry.contextTokens === curve.contextTokens,
      );
      // What is known of the shorter one in more lengths, since it was asked for, stays.
      if (known === undefined && cut !== undefined && cut.lengths.length >= curve.lengths.length) return;
      const entry = { configuration, ...merge(known, curve), contextTokens: curve.contextTokens };
      // An earlier cut of the same length is replaced.
      profile.passCosts = profile.passCosts.filter(
        (other) => !isMine(other) || other.contextTokens !== entry.contextTokens,
      );
      profile.passCosts.push(entry);
    },
  };
}

/** Both curves in one, non-falling as each is: a length costs at most what a longer one was measured at. */
function merge(
  known: CostCurve | undefined,
  added: CostCurve,
): { readonly lengths: number[]; readonly milliseconds: number[] } {
  const costs = new Map<number, number>();
  for (const { lengths, milliseconds } of known === undefined ? [added] : [known, added])
    for (const [index, length] of lengths.entries()) costs.set(length, milliseconds[index] as number);
  const lengths = [...costs.keys()].toSorted((left, right) => left - right);
  let least = Number.POSITIVE_INFINITY;
  const milliseconds = lengths
    .toReversed()
    .map((length) => (least = Math.min(least, costs.get(length) as number)));
  return { lengths, milliseconds: milliseconds.toReversed() };
}
