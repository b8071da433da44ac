import type { Pipeline } from '../pipeline/pipeline-schema.js';
import { bestOf, combinedGain, type KnownDrafting } from './combine-drafting.js';
import { treeDeviation } from './evaluate-tree.js';
import { type Estimate, withInterval } from './predict-speed.js';

/** That rounds of two drafters are as if each were alone is an assumption: so much is added to the deviation. */
const assumedDeviation = 0.08;

/** The speed of asking `first`, and `second` where the first has nothing; undefined where it is not known. */
export function predictCombination(
  pipeline: Pipeline,
  first: KnownDrafting,
  second: KnownDrafting,
): { readonly speedup: Estimate; readonly committedTokens: number } | undefined {
  const combined = combinedGain(pipeline, first, second);
  if (combined === undefined) return undefined;
  const deviations = [first, second].flatMap((drafting) => [
    bestOf(pipeline, drafting)?.committed.relativeDeviation ?? 0,
    drafting.tree === undefined ? drafting.costs.relativeDeviation : treeDeviation,
  ]);
  return {
    speedup: withInterval(
      combined.committedTokens / combined.relativeCost,
      Math.hypot(assumedDeviation, ...deviations),
    ),
    committedTokens: combined.committedTokens,
  };
}
