import type { TokenCommittedEvent, TokenLogprobs } from '@foretoken/core';

/** A token of an output, with the log-probabilities that were asked for. */
export interface ReportedToken {
  readonly token: number;
  readonly logprobs: TokenLogprobs;
}

/** undefined where no log-probabilities were asked for. */
export function reportedToken({ token, logprobs }: TokenCommittedEvent): ReportedToken | undefined {
  return logprobs && { token, logprobs };
}
