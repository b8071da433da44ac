import { EndpointReplyError } from '@foretoken/core';
import type { JsonReply } from './request-json.js';

/** Readers of an answer's parts that name what is missing, and where. */

export function objectAt(reply: JsonReply, value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw missing(reply, path, 'an object', value);
  }
  return value as Record<string, unknown>;
}

export function arrayAt(reply: JsonReply, value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw missing(reply, path, 'a list', value);
  return value;
}

export function textAt(reply: JsonReply, value: unknown, path: string): string {
  if (typeof value !== 'string') throw missing(reply, path, 'a text', value);
  return value;
}

export function tokenIdAt(reply: JsonReply, value: unknown, path: string): number {
  if (!(Number.isSafeInteger(value) && (value as number) >= 0)) {
    throw missing(reply, path, 'a token id', value);
  }
  return value as number;
}

function missing(
  { url, status }: JsonReply,
  path: string,
  wanted: string,
  value: unknown,
): EndpointReplyError {
  const found = value === undefined ? 'is missing' : `is ${JSON.stringify(value)?.slice(0, 80)}`;
  return new EndpointReplyError(`${url}: ${path} ${found} in the answer; ${wanted} was expected.`, {
    url,
    status,
  });
}
