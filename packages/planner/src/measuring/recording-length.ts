import { type DraftLengthController, UnsupportedError } from '@foretoken/core';
import type { AcceptanceCounts } from './acceptance-counts.js';

/** Drafts of one length, whose acceptance is counted. */
export function createRecordingLength(length: number, counts: AcceptanceCounts): DraftLengthController {
  let confidences: number[] = [];
  return {
    name: `recording ${length}`,
    next: (limit) => Math.min(limit, length),
    shouldStop({ probability, depth }) {
      confidences[depth] = probability;
      return false;
    },
    observe({ draftedCount, acceptedCount }) {
      if (confidences.length !== draftedCount) {
        throw new UnsupportedError(
          `The drafter told the probabilities of ${confidences.length} of ${draftedCount} tokens: only chains are profiled, from drafters that ask shouldStop after every token.`,
        );
      }
      counts.observe(confidences, acceptedCount);
      // A round without room for a draft asks for no length.
      confidences = [];
    },
  };
}
