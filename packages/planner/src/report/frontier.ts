import { isDeepStrictEqual } from 'node:util';
import { treePassLengths } from '@foretoken/core';
import { estimateEnergy, type PowerModel } from '../energy/estimate-energy.js';
import type { Plan, PlannedDrafter } from '../plan/plan-schema.js';
import { passCostsOf } from '../prediction/pass-cost-at.js';
import { measuredRoundEnergy } from '../prediction/round-energy.js';
import type { Profile } from '../profile/profile-schema.js';
import { bestPrediction } from './best-prediction.js';

/** How good what a model writes is; measured, or not at all. */
export interface Quality {
  /** Of its texts under the target: the exponential of the mean negative log-likelihood a token, at least 1. */
  readonly perplexity: number;
  /** Of so many tasks it solves so many. */
  readonly tasks: number;
  readonly solved: number;
}

/** One way to decode, with what a token costs and how good it is. */
export interface FrontierPoint {
  readonly name: string;
  readonly kind: 'large model only' | 'small model only' | 'speculation' | 'plan';
  readonly millisecondsPerToken: number;
  /** Measured, or estimated where the plan's energy is; undefined: neither. */
  readonly joulesPerToken: number | undefined;
  /** Undefined: not measured. An exact rule gives what the target gives. */
  readonly quality: Quality | undefined;
}

export interface FrontierOptions {
  /** By the names that the profile has for models. */
  readonly qualities?: ReadonlyMap<string, Quality> | undefined;
  /** That the plan was made with; it counts where the plan's energy is an estimate. */
  readonly powerModel?: PowerModel | undefined;
}

/**
 * The time, energy and quality of everything that a plan weighed up: the target alone, each draft model alone, each
 * drafter with its best length, and the plan.
 */
export function frontierOf(
  plan: Plan,
  profile: Profile,
  { qualities = new Map(), powerModel }: FrontierOptions = {},
): FrontierPoint[] {
  const points = measuredPoints(plan, profile, qualities);
  if (plan.energy?.kind !== 'estimated') return points;
  // No reading of a draft stands beside an estimate of the target.
  const threads = plan.target.configuration.threads ?? profile.machine.cores;
  return points.map((point) => ({
    ...point,
    joulesPerToken:
      powerModel && estimateEnergy(powerModel, { milliseconds: point.millisecondsPerToken, threads }).joules,
  }));
}

function measuredPoints(
  plan: Plan,
  profile: Profile,
  qualities: ReadonlyMap<string, Quality>,
): FrontierPoint[] {
  const plainMilliseconds = 1000 / plan.plain.tokensPerSecond;
  const { configuration } = plan.target;
  const ofTarget = qualities.get(plan.target.model);
  const points: FrontierPoint[] = [
    {
      name: plan.target.model,
      kind: 'large model only',
      millisecondsPerToken: plainMilliseconds,
      joulesPerToken: plan.energy?.plainJoules ?? measuredRoundEnergy(profile, configuration, null)?.at(0),
      quality: ofTarget,
    },
  ];
  // What the plan's rounds were measured with.
  const contextTokens = profile.roundCosts.find(({ target }) =>
    isDeepStrictEqual(target, configuration),
  )?.contextTokens;
  const drafters = [...plan.drafters, ...plan.alternatives];
  const drafts = drafters.flatMap(({ draft }) => draft ?? []);
  for (const draft of drafts.filter(
    ({ model }, index) => drafts.findIndex((one) => one.model === model) === index,
  )) {
    const passes = passCostsOf(profile, draft);
    if (passes === undefined) continue;
    points.push({
      name: draft.model,
      kind: 'small model only',
      millisecondsPerToken: passes.at(1, contextTokens ?? (passes.contexts[0] as number)),
      joulesPerToken: measuredRoundEnergy(profile, draft, null)?.at(0),
      quality: qualities.get(draft.model),
    });
  }
  const alone = plan.drafters.length === 1 ? plan.drafters[0] : undefined;
  // Where one drafter is the plan, it is not there twice.
  for (const drafter of drafters.filter((one) => one !== alone)) {
    const predicted = bestPrediction(drafter);
    if (predicted === undefined) continue;
    points.push({
      name: `${plan.target.model} with ${drafter.name}`,
      kind: 'speculation',
      millisecondsPerToken: plainMilliseconds / predicted.speedup.estimate,
      joulesPerToken: joulesOf(profile, plan, drafter, predicted.committedTokens),
      quality: ofTarget,
    });
  }
  points.push({
    name: `the plan: ${[plan.target.model, ...plan.drafters.map(({ name }) => name)].join(' with ')}`,
    kind: 'plan',
    millisecondsPerToken: plainMilliseconds / plan.predicted.speedup.estimate,
    joulesPerToken: plan.energy?.joules,
    quality: ofTarget,
  });
  return points;
}

function joulesOf(
  profile: Profile,
  plan: Plan,
  { draft, drafter, predictedLength, tree }: PlannedDrafter,
  committedTokens: number,
): number | undefined {
  // A head's own energy is not measured.
  if (drafter.kind === 'head') return undefined;
  const energy = measuredRoundEnergy(profile, plan.target.configuration, draft);
  if (energy === undefined) return undefined;
  if (tree === undefined) return energy.at(predictedLength) / committedTokens;
  const { parents, prediction } = tree;
  const draftPasses = treePassLengths({ parents });
  const milliseconds = prediction.roundMilliseconds;
  return energy.ofTree({ nodes: parents.length, draftPasses, milliseconds }) / committedTokens;
}
