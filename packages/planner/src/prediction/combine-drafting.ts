import type { Pipeline } from '../pipeline/pipeline-schema.js';
import { type AcceptanceData, sharesOf } from './acceptance-data.js';
import {
  bestLength,
  type Drafting,
  type Evaluation,
  evaluate,
  objectiveWeights,
} from './evaluate-drafting.js';

/** A drafter, and what is known of its acceptance. */
export interface KnownDrafting extends Drafting {
  readonly data: AcceptanceData;
  /** Of the trees that it drafts; undefined: chains. */
  readonly tree?: Evaluation | undefined;
}

/** What a combination gives, over plain decoding. */
export interface CombinedGain {
  readonly committedTokens: number;
  /** A round's milliseconds over those of a plain one. */
  readonly relativeCost: number;
  /** As relativeCost, of joules; not a number where they are not known. */
  readonly relativeJoules: number;
  /** By the objective. */
  readonly gain: number;
}

/**
 * What asking `first` gives, and `second` where the first has nothing to propose, each with its own best length. The first
 * keeps the tokens that it brings: a text is copied in runs, and between them the other drafts as if that part were like
 * all of the text. Each is held against its own plain rounds, since they were measured at different times.
 *
 * @returns undefined where the objective asks for what is not known.
 */
export function combinedGain(
  pipeline: Pipeline,
  first: KnownDrafting,
  second: KnownDrafting,
): CombinedGain | undefined {
  const leading = againstPlain(pipeline, first);
  const following = againstPlain(pipeline, second);
  if (leading === undefined || following === undefined) return undefined;
  const idle = sharesOf(first.data, leading.best.length).drafted?.[0] ?? 0;
  // For the tokens of one round of the first: its drafts, and what the second needs for those of its idle rounds.
  const rounds = 1 - idle + idle / following.best.committed.mean;
  const committedTokens = leading.best.committed.mean / rounds;
  const weights = objectiveWeights(pipeline);
  const costOf = (measure: 'milliseconds' | 'togetherMilliseconds' | 'joules'): number => {
    const ofIdle = (idle * relative(following, measure)) / following.best.committed.mean;
    return (relative(leading, measure) - idle + ofIdle) / rounds;
  };
  let logGain = 0;
  for (const [weight, measure] of [
    [weights.latency, 'milliseconds'],
    [weights.throughput, 'togetherMilliseconds'],
    [weights.energy, 'joules'],
  ] as const) {
    if (weight > 0) logGain += weight * Math.log(committedTokens / costOf(measure));
  }
  if (Number.isNaN(logGain)) return undefined;
  return {
    committedTokens,
    relativeCost: costOf('milliseconds'),
    relativeJoules: costOf('joules'),
    gain: Math.exp(logGain),
  };
}

/** The trees that it drafts, or its best length. */
export function bestOf(pipeline: Pipeline, drafting: KnownDrafting): Evaluation | undefined {
  return drafting.tree ?? bestLength(drafting, pipeline, drafting.data);
}

interface AgainstPlain {
  readonly best: Evaluation;
  readonly plain: Evaluation;
}

function againstPlain(pipeline: Pipeline, drafting: KnownDrafting): AgainstPlain | undefined {
  const plain = evaluate(drafting, pipeline, undefined, 0);
  const best = bestOf(pipeline, drafting);
  return plain === undefined || best === undefined ? undefined : { best, plain };
}

/** Not a number where it is not known. */
function relative(
  { best, plain }: AgainstPlain,
  measure: 'milliseconds' | 'togetherMilliseconds' | 'joules',
): number {
  return (best[measure] ?? Number.NaN) / (plain[measure] ?? Number.NaN);
}
