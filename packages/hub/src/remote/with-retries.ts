import { setTimeout as sleep } from 'node:timers/promises';
import { EndpointReplyError, EndpointUnreachableError } from '@foretoken/core';

const firstPause = 200;

/**
 * Tries again where the server or the way to it failed, with pauses that double.
 *
 * @param retries tries in a row that bring nothing, after the first.
 * @param progress what an attempt has brought so far, in any unit that grows.
 */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  retries: number,
  signal: AbortSignal | undefined,
  progress: () => number = () => 0,
): Promise<Result> {
  for (let failures = 0; ; ) {
    const before = progress();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      failures = progress() > before ? 1 : failures + 1;
      if (failures > retries || !isTransient(error)) throw error;
    }
    await sleep(firstPause * 2 ** (failures - 1), undefined, { signal });
  }
}

/** Too many requests, servers that are overloaded, and connections that fail. */
function isTransient(error: unknown): boolean {
  if (error instanceof EndpointReplyError) return error.status === 429 || error.status >= 500;
  return error instanceof EndpointUnreachableError;
}
