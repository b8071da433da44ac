import { isDeepStrictEqual } from 'node:util';
import { type CostCurve, costAt } from '@foretoken/core';
import type { ModelConfiguration, Profile } from '../profile/profile-schema.js';

/** t(n) of a model at a context length; undefined where it was not measured. */
export interface PassCosts {
  /** Longest pass that was measured. */
  readonly longest: number;
  /** Measured contexts, ascending. */
  readonly contexts: readonly number[];
  /** Milliseconds of a pass; linear between measured contexts, and the nearest one's beyond them. */
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
      const right = curves[after < 0 ? curves.length - 1 : after] as CostCurve & { contextTokens: number };
      const left = after <= 0 ? right : (curves[after - 1] as typeof right);
      const [from, to] = [costAt(left, length), costAt(right, length)];
      const width = right.contextTokens - left.contextTokens;
      if (width === 0) return to;
      return from + ((to - from) * (contextTokens - left.contextTokens)) / width;
    },
  };
}
