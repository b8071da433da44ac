import { InvalidArgumentError } from '@foretoken/core';
import type { ProfileProgress, ProfileSetupResult } from '@foretoken/planner';
import type { Configuration } from './configurations.js';

export interface ProfileConfigurationsOptions {
  readonly configurations: readonly Configuration[];
  /** Seconds of measuring, for all of them. */
  readonly budget: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ProfileProgress) => void;
  /** Opens the models of a configuration and measures them into the one profile; undefined: they do not load, as was noted. */
  readonly profile: (
    configuration: Configuration,
    budget: number,
    onProgress: (progress: ProfileProgress) => void,
  ) => Promise<ProfileSetupResult | undefined>;
}

/**
 * Measures one configuration after the other into the same profile, each with an even share of the time that is left:
 * one that the file holds already leaves its share to the others. Step names say which configuration they are of.
 *
 * @throws InvalidArgumentError where none of them loads.
 */
export async function profileConfigurations(
  options: ProfileConfigurationsOptions,
): Promise<ProfileSetupResult> {
  const { configurations, budget, signal, onProgress, profile } = options;
  const results: ProfileSetupResult[] = [];
  let spent = 0;
  for (const [index, configuration] of configurations.entries()) {
    const left = configurations.length - index;
    // A configuration of which nothing may be measured is still looked at: it says what is left.
    const share = Math.max((budget - spent) / left, shortestShare);
    const later = (budget - spent) * ((left - 1) / left);
    // The first step comes when the models are loaded: what that takes is not measuring.
    let begun: number | undefined;
    const result = await profile(configuration, share, ({ step, secondsLeft }) => {
      begun ??= performance.now();
      const seconds = Math.max(0, secondsLeft + later);
      onProgress({
        step: titled(configuration, step),
        secondsLeft: seconds,
        fraction: Math.max(0, Math.min(1, 1 - seconds / budget)),
      });
    });
    if (result === undefined) continue;
    if (begun !== undefined) spent += (performance.now() - begun) / 1000;
    results.push({
      ...result,
      measured: result.measured.map((step) => titled(configuration, step)),
      kept: result.kept.map((step) => titled(configuration, step)),
      left: result.left.map((step) => titled(configuration, step)),
    });
    if (result.interrupted || signal.aborted) break;
  }
  const last = results.at(-1);
  if (last === undefined) throw new InvalidArgumentError('No engine loads these models.');
  return {
    profile: last.profile,
    measured: results.flatMap(({ measured }) => measured),
    kept: results.flatMap(({ kept }) => kept),
    left: results.flatMap(({ left }) => left),
    interrupted: results.some(({ interrupted }) => interrupted),
  };
}

/** Seconds. */
const shortestShare = 0.001;

function titled({ title }: Configuration, step: string): string {
  return title === '' ? step : `${title}: ${step}`;
}
