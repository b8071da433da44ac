import { isDeepStrictEqual } from 'node:util';
import type { ModelConfiguration, Profile } from '../profile/profile-schema.js';

/**
 * More work never takes less time: what took so many times longer than measurements with as much or more to do was
 * disturbed. Far more than contexts or the host's work explain.
 */
const disturbedFactor = 2;

/**
 * A profile without the cost curves that something else on the machine disturbed: those whose shortest pass or plain
 * round took far longer than another measurement of the same configuration with at least as many tokens in the cache.
 *
 * @returns the profile, and what was left out, a line each.
 */
export function withoutDisturbed(profile: Profile): { readonly profile: Profile; readonly left: string[] } {
  const left: string[] = [];
  const measured = [
    ...profile.passCosts.map(({ configuration, ...costs }) => ({ ...costs, configuration })),
    ...profile.roundCosts.map(({ target, ...costs }) => ({ ...costs, configuration: target })),
  ].filter(({ lengths }, index) => lengths[0] === (index < profile.passCosts.length ? 1 : 0));
  const keep = (
    what: string,
    configuration: ModelConfiguration,
    {
      contextTokens,
      milliseconds,
    }: { readonly contextTokens: number; readonly milliseconds: readonly number[] },
  ): boolean => {
    const least = Math.min(
      ...measured
        .filter(
          (other) =>
            other.contextTokens >= contextTokens && isDeepStrictEqual(other.configuration, configuration),
        )
        .map((other) => other.milliseconds[0] as number),
    );
    const shortest = milliseconds[0] as number;
    if (shortest <= disturbedFactor * least) return true;
    left.push(
      `${what} after ${contextTokens} tokens are left out: something else disturbed them, since the shortest took ${shortest.toPrecision(3)} ms, and ${least.toPrecision(3)} ms at another time; profile again into another file`,
    );
    return false;
  };
  const passCosts = profile.passCosts.filter((entry) =>
    keep(`passes of ${nameOf(entry.configuration)}`, entry.configuration, entry),
  );
  const roundCosts = profile.roundCosts.filter((entry) =>
    keep(`rounds of ${entry.drafter} for ${nameOf(entry.target)}`, entry.target, entry),
  );
  return { profile: { ...profile, passCosts, roundCosts }, left };
}

function nameOf({ model, threads }: ModelConfiguration): string {
  return threads === null ? model : `${model} with ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}
