import type { LogitsHandle } from '../contract/logits-handle.js';
import type { TokenLogprobs } from './decode-event.js';

/** Log-probabilities under the model's own softmax of the row that the token was chosen from. */
export function tokenLogprobs(
  logits: LogitsHandle,
  row: number,
  token: number,
  topCount: number,
): TokenLogprobs {
  const logSum = logits.logSumExp(row);
  const [logit] = logits.gather(row, [token]);
  const top = topCount > 0 ? logits.topK(row, topCount) : undefined;
  return {
    logprob: (logit as number) - logSum,
    top: Array.from(top?.tokens ?? [], (id, rank) => ({
      token: id,
      logprob: ((top as NonNullable<typeof top>).logits[rank] as number) - logSum,
    })),
  };
}
