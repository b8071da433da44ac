import type { DecodeCounters } from '@foretoken/core';

/** OpenAI's usage, with what drafting did. */
export function usageOf(counters: DecodeCounters): object {
  const { promptCount, keptCount, committedCount, draftedCount, acceptedCount, roundCount } = counters;
  return {
    prompt_tokens: promptCount,
    completion_tokens: committedCount,
    total_tokens: promptCount + committedCount,
    prompt_tokens_details: { cached_tokens: keptCount },
    speculation: {
      drafted_tokens: draftedCount,
      accepted_tokens: acceptedCount,
      target_passes: roundCount,
    },
  };
}
