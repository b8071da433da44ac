import { EndpointUnreachableError } from '@foretoken/core';
import type { HubSettings } from '../settings.js';
import { replyError } from './reply-error.js';

/**
 * A `fetch` for one repository: with the token, which goes to the hub and to no other server, and with errors that say
 * what to do.
 *
 * @returns a function that throws EndpointUnreachableError, EndpointReplyError; the signal's reason where it is aborted.
 */
export function hubFetch(
  settings: Pick<HubSettings, 'endpoint' | 'token'>,
  repository: string,
  signal: AbortSignal | undefined,
): typeof fetch {
  const { endpoint, token } = settings;
  const { origin } = new URL(endpoint);
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const headers = new Headers(init?.headers);
    // On a redirect to another origin, such as the hub's content servers, `fetch` drops it itself.
    if (token !== undefined && new URL(url).origin === origin)
      headers.set('authorization', `Bearer ${token}`);
    let response: Response;
    try {
      response = await fetch(url, { ...init, headers, signal: signal ?? null });
    } catch (error) {
      signal?.throwIfAborted();
      throw new EndpointUnreachableError(
        `${endpoint} cannot be reached: ${causeText(error)}. Check the network, and HF_ENDPOINT where it is set; HF_HUB_OFFLINE=1 takes what the cache holds.`,
        { url, cause: error },
      );
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw replyError(response, repository, settings);
    }
    return response;
  };
}

/** `fetch failed` and `terminated` say nothing; their cause does. */
export function causeText(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as NodeJS.ErrnoException;
  return code === undefined ? cause.message : `${cause.message || 'the connection failed'} (${code})`;
}
