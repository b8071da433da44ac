import {
  createLogitsTransform,
  type Distribution,
  type LogitsTransform,
  type SamplingSettings,
} from '@foretoken/core';
import { isKeptRow } from './kept-rows.js';

/** Most bytes of distributions to keep; the oldest are computed again. */
const mostBytes = 2 ** 28;

/**
 * A transformation that remembers the distribution of every row that is kept (`keptRow`), by the row's array. Of others, such
 * as the buffer in which a drafter of another vocabulary makes its rows, the distribution is worked out anew. Settings that look at the history (penalties, masks) are
 * applied anew each time.
 */
export function createReusedTransform(settings: SamplingSettings, vocabularySize: number): LogitsTransform {
  const transform = createLogitsTransform(settings, vocabularySize);
  if (readsHistory(settings)) return transform;
  const known = new Map<Float32Array, Distribution>();
  const mostRows = Math.max(16, Math.floor(mostBytes / (8 * vocabularySize)));
  const reused: LogitsTransform = {
    vocabularySize,
    greedy: transform.greedy,
    allowedTokens: transform.allowedTokens,
    apply(logits, history) {
      const remembered = known.get(logits);
      if (remembered !== undefined) return remembered;
      const { tokens, probabilities } = transform.apply(logits, history, 0);
      const distribution = { tokens: tokens?.slice(), probabilities: probabilities.slice() };
      if (isKeptRow(logits)) {
        if (known.size >= mostRows) known.delete(known.keys().next().value as Float32Array);
        known.set(logits, distribution);
      }
      return distribution;
    },
    // What it returns is never written to again, so one serves target and drafter.
    clone: () => reused,
    soften: () => (transform.greedy ? transform.soften() : reused),
  };
  return reused;
}

function readsHistory(settings: SamplingSettings): boolean {
  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0, allowedTokens } = settings;
  return (
    repetitionPenalty !== 1 || frequencyPenalty !== 0 || presencePenalty !== 0 || allowedTokens !== undefined
  );
}
