import type { Pipeline } from '../pipeline/pipeline-schema.js';
import { type AcceptanceData, sharesOf } from './acceptance-data.js';
import { type CommittedTokens, committedTokens } from './committed-tokens.js';
import type { RoundCosts } from './round-costs.js';
import type { RoundEnergy } from './round-energy.js';

/** What the measures of a pipeline's objective need. */
export interface Drafting {
  readonly costs: RoundCosts;
  readonly energy: RoundEnergy | undefined;
}

/** Rounds of one draft length. */
export interface Evaluation {
  readonly length: number;
  readonly committed: CommittedTokens;
  /** Of a typical round of one sequence. */
  readonly milliseconds: number;
  /** Of its passes; undefined where it is not known. */
  readonly joules: number | undefined;
  /** Milliseconds of a round of all of the pipeline's sequences at once; undefined where it is not known. */
  readonly togetherMilliseconds: number | undefined;
  /** The objective: a weighted mean of logarithms, of which a difference is that of a ratio. Higher is better. */
  readonly score: number;
}

/** The weights of an objective, summing to 1. */
export function objectiveWeights({ objective = { latency: 1 } }: Pipeline): {
  latency: number;
  throughput: number;
  energy: number;
} {
  const { latency = 0, throughput = 0, energy = 0 } = objective;
  const total = latency + throughput + energy;
  return { latency: latency / total, throughput: throughput / total, energy: energy / total };
}

/**
 * @param acceptance undefined: nothing is drafted.
 * @returns undefined where the objective asks for what is not known of rounds of this length.
 */
export function evaluate(
  { costs, energy }: Drafting,
  pipeline: Pipeline,
  acceptance: AcceptanceData | undefined,
  length: number,
): Evaluation | undefined {
  const { contextTokens, sequences = 1 } = pipeline.limits ?? {};
  const shares = length === 0 ? undefined : acceptance && sharesOf(acceptance, length);
  const drafted = shares?.drafted;
  /** Over the numbers of tokens that drafts of at most `length` have. */
  const mean = (at: (tokens: number) => number): number =>
    drafted === undefined
      ? at(length)
      : drafted.reduce((sum, share, tokens) => sum + share * at(Math.min(tokens, length)), 0);
  const committed =
    shares === undefined ? { mean: 1, relativeDeviation: 0 } : committedTokens(shares, length);
  /** Of texts of a given length it is not known how acceptance and context go together. */
  const contextOf = (tokens: number): number =>
    contextTokens ?? costs.contextTokens + (shares?.contextShift(tokens) ?? 0);
  const milliseconds = mean((tokens) => costs.at(tokens, contextOf(tokens)));
  const joules = energy && mean((tokens) => energy.at(tokens));
  const together = mean((tokens) => costs.together(tokens, sequences, contextOf(tokens)) ?? Number.NaN);
  const togetherMilliseconds = Number.isNaN(together) ? undefined : together;
  const score = scoreOf(pipeline, committed.mean, { milliseconds, joules, togetherMilliseconds });
  if (score === undefined) return undefined;
  return { length, committed, milliseconds, joules, togetherMilliseconds, score };
}

/** @returns undefined where the objective asks for what is not known. */
export function scoreOf(
  pipeline: Pipeline,
  committedMean: number,
  spent: Pick<Evaluation, 'milliseconds' | 'joules' | 'togetherMilliseconds'>,
): number | undefined {
  const weights = objectiveWeights(pipeline);
  let score = 0;
  for (const [weight, amount] of [
    [weights.latency, spent.milliseconds],
    [weights.throughput, spent.togetherMilliseconds],
    [weights.energy, spent.joules],
  ] as const) {
    if (weight === 0) continue;
    if (amount === undefined) return undefined;
    score += weight * Math.log(committedMean / amount);
  }
  return score;
}

/**
 * What drafting must promise over not drafting: plain decoding is certain, costs are measured ones. The run-time
 * controller asks for more where it has but its own short calibration.
 */
export const requiredGain = 1.02;

/** The evaluation with the best score among all lengths, 0 included, which needs no gain. */
export function bestLength(
  drafting: Drafting,
  pipeline: Pipeline,
  acceptance: AcceptanceData,
): Evaluation | undefined {
  const plain = evaluate(drafting, pipeline, acceptance, 0);
  if (plain === undefined) return undefined;
  let best = plain;
  const required = plain.score + Math.log(requiredGain);
  for (let length = 1; length <= longestDraft(drafting, pipeline, acceptance); length++) {
    const evaluation = evaluate(drafting, pipeline, acceptance, length);
    if (evaluation === undefined || evaluation.score < required) continue;
    if (evaluation.score > best.score + leastStep) best = evaluation;
  }
  return best;
}

/** What a longer draft must add, as a logarithm: its costs are not known better. */
const leastStep = 0.001;

/** What copies text is not asked for more than where it was measured: how far copies go on is not told by counts. */
export function longestDraft(
  { costs }: Drafting,
  { limits }: Pipeline,
  { drafted }: Pick<AcceptanceData, 'drafted'>,
): number {
  const measured = drafted === undefined ? Number.POSITIVE_INFINITY : drafted.length - 1;
  return Math.min(costs.longest, measured, limits?.draftLength ?? Number.POSITIVE_INFINITY);
}
