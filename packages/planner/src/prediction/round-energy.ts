import { isDeepStrictEqual } from 'node:util';
import { type CostCurve, costAt } from '@foretoken/core';
import { estimateEnergy, type PowerModel } from '../energy/estimate-energy.js';
import type { ModelConfiguration, Profile } from '../profile/profile-schema.js';
import type { RoundCosts } from './round-costs.js';

/** Joules of rounds, and where they come from. */
export interface RoundEnergy {
  readonly kind: 'measured' | 'estimated';
  /** The meter, or the power model. */
  readonly source: string;
  /** Joules of a round that drafts `length` tokens; measured: of its passes, without the host's own work. */
  at(length: number): number;
  /** Of a round with a tree of so many nodes, which takes so long, after draft passes over so many tokens. */
  ofTree(tree: {
    readonly nodes: number;
    readonly draftPasses: readonly number[];
    readonly milliseconds: number;
  }): number;
}

/**
 * Energy of a pair's rounds from measured passes: one pass of the target, and one of the draft for every token.
 *
 * @returns undefined where no meter measured both models.
 */
export function measuredRoundEnergy(
  profile: Profile,
  target: ModelConfiguration,
  draft: ModelConfiguration | null,
): RoundEnergy | undefined {
  for (const meter of profile.energy.meters) {
    const ofTarget = joulesByLength(profile, meter, target);
    const ofDraft = draft === null ? null : joulesByLength(profile, meter, draft);
    if (ofTarget === undefined || ofDraft === undefined) continue;
    return {
      kind: 'measured',
      source: meter,
      at: (length) => costAt(ofTarget, length + 1) + (ofDraft === null ? 0 : length * costAt(ofDraft, 1)),
      // A pass over a tree is taken for one over a chain: meters read those alone.
      ofTree: ({ nodes, draftPasses }) =>
        costAt(ofTarget, nodes + 1) +
        draftPasses.reduce((sum, tokens) => sum + (ofDraft === null ? 0 : costAt(ofDraft, tokens)), 0),
    };
  }
  return undefined;
}

/**
 * Energy of whole rounds from what they cost and a power model: no measurement of energy.
 *
 * @param threads busy ones.
 */
export function estimatedRoundEnergy(
  powerModel: PowerModel,
  costs: RoundCosts,
  threads: number,
): RoundEnergy {
  return {
    kind: 'estimated',
    source: powerModel.name,
    at: (length) => estimateEnergy(powerModel, { milliseconds: costs.at(length), threads }).joules,
    ofTree: ({ milliseconds }) => estimateEnergy(powerModel, { milliseconds, threads }).joules,
  };
}

function joulesByLength(
  { energy }: Profile,
  meter: string,
  configuration: ModelConfiguration,
): CostCurve | undefined {
  const readings = energy.measured
    .filter((entry) => entry.meter === meter && isDeepStrictEqual(entry.configuration, configuration))
    .toSorted((left, right) => left.length - right.length);
  if (readings.length < 2) return undefined;
  return {
    lengths: readings.map(({ length }) => length),
    // A curve of joules, read as one of milliseconds is.
    milliseconds: readings.map(({ joules, passes }) => joules / passes),
  };
}
