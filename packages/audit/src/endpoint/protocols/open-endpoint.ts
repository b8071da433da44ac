import { EndpointReplyError } from '@foretoken/core';
import type { DrawSource } from '../draw-source.js';
import { type JsonReply, requestJson } from '../http/request-json.js';
import type { EndpointKind, EndpointSettings } from './endpoint-protocol.js';
import { createLlamaServerSource } from './llama-server.js';
import { createOllamaSource } from './ollama.js';
import { createOpenAiSource } from './openai.js';

/**
 * A server as a source of draws.
 *
 * @param kind undefined: found out by what the server answers.
 * @throws EndpointUnreachableError, EndpointReplyError where it cannot be used or recognised.
 */
export async function openEndpoint(
  kind: EndpointKind | undefined,
  settings: EndpointSettings,
  signal: AbortSignal,
): Promise<DrawSource> {
  const known = kind ?? (await detectKind(settings, signal));
  switch (known) {
    case 'llama-server':
      return createLlamaServerSource(settings);
    case 'openai':
      return createOpenAiSource(settings, signal);
    case 'ollama':
      return createOllamaSource(settings, signal);
  }
}

/** A path that each kind of server answers, and what its answer has; servers that imitate others come first. */
const marks: readonly { readonly kind: EndpointKind; readonly path: string; readonly field: string }[] = [
  { kind: 'llama-server', path: '/props', field: 'default_generation_settings' },
  { kind: 'ollama', path: '/api/tags', field: 'models' },
  { kind: 'openai', path: '/v1/models', field: 'data' },
];

async function detectKind({ address }: EndpointSettings, signal: AbortSignal): Promise<EndpointKind> {
  const found: string[] = [];
  for (const { kind, path, field } of marks) {
    let reply: JsonReply;
    try {
      reply = await requestJson(address, path, undefined, signal);
    } catch (error) {
      // Another path may be answered; a server that cannot be reached has none.
      if (!(error instanceof EndpointReplyError)) throw error;
      found.push(error.message);
      continue;
    }
    const { value } = reply;
    if (typeof value === 'object' && value !== null && field in value) return kind;
    found.push(`${reply.url} answered without "${field}".`);
  }
  throw new EndpointReplyError(
    `${address.baseUrl} is no server that is known here; name its kind (llama-server, openai, ollama) if it is one. ${found.join(' ')}`,
    { url: address.baseUrl, status: 0 },
  );
}
