import { isDeepStrictEqual } from 'node:util';
import { type CostCurve, costAt } from '@foretoken/core';
import type { ModelConfiguration, Profile } from '../profile/profile-schema.js';

/** t(n) of a model at a context length; undefined where it was not measured. */
export interface PassCosts {
  /** Longest pass that was measured. */
  readonly longest: number;
  /** Measured contexts, ascending. */
  readonly contexts: readonly number[];
  /** Milliseconds of a pass; linear between measured contexts and beyond the longest, the shortest one's before it. */
  at(length: number, contextTokens: number): number;
}

export function passCostsOf(
  { passCosts }: Pick<Profile, 'passCosts'>,
  configuration: ModelConfiguration,
): PassCosts | undefined {
  return costsOfCurves(passCosts.filter((entry) => isDeepStrictEqual(entry.configuration, configuration)));
}

/** t(n) of a head beside the target that it drafts for, by its entries; undefined where it was not measured. */
export function headPassCostsOf(
  { headPasses = [] }: Pick<Profile, 'headPasses'>,
  head: string,
  target: ModelConfiguration,
): PassCosts | undefined {
  return costsOfCurves(
    headPasses.filter((entry) => entry.head === head && isDeepStrictEqual(entry.target, target)),
  );
}

function costsOfCurves(
  measured: readonly (CostCurve & { readonly contextTokens: number })[],
): PassCosts | undefined {
  const curves = measured.toSorted((left, right) => left.contextTokens - right.contextTokens);
  const [first] = curves;
  if (first === undefined || first.lengths.length < 2) return undefined;
  return {
    longest: Math.min(...curves.map(({ lengths }) => lengths.at(-1) as number)),
    contexts: curves.map(({ contextTokens }) => contextTokens),
    at(length, contextTokens) {
      const after = curves.findIndex((curve) => curve.contextTokens >= contextTokens);
      const index = after < 0 ? curves.length - 1 : after;
      const right = curves[index] as CostCurve & { contextTokens: number };
      const left = curves[index - 1];
      const to = costAt(right, length);
      if (left === undefined || left.contextTokens === right.contextTokens) return to;
      const perToken = (to - costAt(left, length)) / (right.contextTokens - left.contextTokens);
      const beyond = contextTokens - right.contextTokens;
      // A longer context never makes a pass cheaper.
      return to + (beyond > 0 ? Math.max(0, perToken) : perToken) * beyond;
    },
  };
}
