import { normalQuantile } from '@foretoken/stats';
import type { Pipeline } from '../pipeline/pipeline-schema.js';
import type { AcceptanceData } from './acceptance-data.js';
import { type Drafting, evaluate } from './evaluate-drafting.js';

/** A value with its interval. */
export interface Estimate {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/** What decoding with one draft length is predicted to give. */
export interface SpeedPrediction {
  readonly length: number;
  /** Tokens per second of one sequence over those of plain decoding. */
  readonly speedup: Estimate;
  /** Committed tokens of a round. */
  readonly committedTokens: number;
  readonly roundMilliseconds: number;
}

/** Share of measurements that an interval is to hold. */
export const predictionConfidence = 0.95;

const normalWidth = normalQuantile((1 + predictionConfidence) / 2);

/**
 * The speed of drafts of one length. The interval is one of the logarithm: the counts' Beta posteriors to first order,
 * and the spread of repeated cost measurements, taken to be independent. It is about the texts that were profiled: on
 * others acceptance differs, and a single prompt's speed spreads more than their mean.
 */
export function predictSpeed(
  drafting: Drafting,
  pipeline: Pipeline,
  acceptance: AcceptanceData,
  length: number,
): SpeedPrediction | undefined {
  const latency: Pipeline = { ...pipeline, objective: { latency: 1 } };
  const plain = evaluate(drafting, latency, acceptance, 0);
  const drafted = evaluate(drafting, latency, acceptance, length);
  if (plain === undefined || drafted === undefined) return undefined;
  const estimate = Math.exp(drafted.score - plain.score);
  const costDeviation = length === 0 ? 0 : drafting.costs.relativeDeviation;
  const deviation = Math.hypot(drafted.committed.relativeDeviation, costDeviation);
  return {
    length,
    speedup: withInterval(estimate, deviation),
    committedTokens: drafted.committed.mean,
    roundMilliseconds: drafted.milliseconds,
  };
}

/** @param relativeDeviation standard deviation over the estimate. */
export function withInterval(estimate: number, relativeDeviation: number): Estimate {
  const width = Math.exp(normalWidth * relativeDeviation);
  return { estimate, lower: estimate / width, upper: estimate * width };
}
