import { EndpointReplyError, EndpointUnreachableError } from '@foretoken/core';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EndpointAddress } from './endpoint-address.js';

export interface JsonReply {
  readonly url: string;
  readonly status: number;
  readonly value: unknown;
}

const firstPause = 200;
/** Too many requests, and servers that are loading or overloaded. */
const isTransient = (status: number): boolean => status === 429 || status >= 500;

/**
 * Asks for a path and reads the answer as JSON; GET without a body, else POST. Refused and broken connections, timeouts,
 * broken JSON and the statuses 429 and 5xx are tried again, with pauses that double. The request is the same each time,
 * so that a draw keeps its seed.
 *
 * @throws EndpointUnreachableError, EndpointReplyError; the signal's reason where it is aborted.
 */
export async function requestJson(
  address: EndpointAddress,
  path: string,
  body: Readonly<Record<string, unknown>> | undefined,
  signal: AbortSignal,
): Promise<JsonReply> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryOnce(address, path, body, signal);
    } catch (error) {
      signal.throwIfAborted();
      const final =
        attempt > address.retries ||
        (error instanceof EndpointReplyError && error.status >= 400 && !isTransient(error.status));
      if (final) throw error;
    }
    await sleep(firstPause * 2 ** (attempt - 1), undefined, { signal });
  }
}

async function tryOnce(
  { baseUrl, apiKey, timeoutMilliseconds, retries }: EndpointAddress,
  path: string,
  body: Readonly<Record<string, unknown>> | undefined,
  signal: AbortSignal,
): Promise<JsonReply> {
  const url = `${baseUrl}${path}`;
  const { controller, hasTimedOut, release } = withDeadline(timeoutMilliseconds, signal);
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: controller.signal,
    });
    status = response.status;
    text = await response.text();
  } catch (error) {
    const tries = retries === 0 ? '' : ` (${retries + 1} tries)`;
    const reason = hasTimedOut()
      ? `did not answer within ${timeoutMilliseconds / 1000} s`
      : `cannot be reached: ${causeText(error)}`;
    throw new EndpointUnreachableError(
      `${url} ${reason}${tries}. Check that the server runs, and its address.`,
      { url, cause: error },
    );
  } finally {
    release();
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const what = status >= 400 ? `answered with status ${status} and` : 'answered with';
    throw new EndpointReplyError(
      `${url} ${what} malformed JSON (${text.length} characters: ${excerpt(text)}).`,
      { url, status, cause: error },
    );
  }
  if (status >= 400) {
    throw new EndpointReplyError(`${url} answered with status ${status}: ${serverMessage(value)}`, {
      url,
      status,
    });
  }
  return { url, status, value };
}

/** Aborts with the outer signal or when the time is up; thousands of requests must leave no listener behind. */
function withDeadline(
  milliseconds: number,
  signal: AbortSignal,
): {
  readonly controller: AbortController;
  readonly hasTimedOut: () => boolean;
  readonly release: () => void;
} {
  const controller = new AbortController();
  let late = false;
  const cancel = (): void => controller.abort(signal.reason);
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, milliseconds);
  return {
    controller,
    hasTimedOut: () => late,
    release: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
    },
  };
}

/** `fetch failed` says nothing; its cause does. */
function causeText(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as NodeJS.ErrnoException;
  return code === undefined ? cause.message : `${cause.message || 'the connection failed'} (${code})`;
}

function serverMessage(value: unknown): string {
  const { error, detail, message } = (value ?? {}) as Record<string, unknown>;
  const named = error ?? detail ?? message ?? value;
  const inner =
    typeof named === 'object' && named !== null ? (named as Record<string, unknown>)['message'] : undefined;
  return excerpt(
    typeof named === 'string' ? named : typeof inner === 'string' ? inner : JSON.stringify(named),
  );
}

function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)} ...` : line;
}
