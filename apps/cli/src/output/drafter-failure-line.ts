import type { DrafterFailedEvent } from '@foretoken/core';

/** What a person is told when a generation goes on without its drafter. */
export function drafterFailureLine({ drafter, round, error }: DrafterFailedEvent): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `The drafter ${drafter} failed in round ${round + 1}, and the text goes on without it: ${reason}`;
}
