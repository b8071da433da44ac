import { EndpointReplyError, InvalidArgumentError } from '@foretoken/core';
import type { DrawRequest, DrawSource } from '../draw-source.js';
import { arrayAt, objectAt, textAt } from '../http/read-reply.js';
import { requestJson } from '../http/request-json.js';
import { endpointName, type EndpointSettings } from './endpoint-protocol.js';
import { type Generation, promptWithLaws } from './prompt-with-laws.js';
import { readTokenList } from './reported-logprobs.js';

/** The most that Ollama reports. */
const usualTopTokens = 20;

/**
 * Ollama's own API (`POST /api/generate`, raw: no chat template). As with the completions API, laws come along with
 * draws. Ollama does not speculate on every engine while it reports probabilities; samples alone, compared with another
 * setting, have no such limit.
 */
export async function createOllamaSource(
  settings: EndpointSettings,
  signal: AbortSignal,
): Promise<DrawSource> {
  const model = settings.model ?? (await onlyModel(settings, signal));
  return {
    name: endpointName('Ollama', settings, model),
    openPrompt: async (prompt) =>
      promptWithLaws(prompt, (...request) => generate(settings, { model, prompt }, ...request)),
  };
}

async function generate(
  settings: EndpointSettings,
  { model, prompt }: { readonly model: string; readonly prompt: string },
  { seed, tokens: wanted, withTokens }: DrawRequest,
  signal: AbortSignal,
): Promise<Generation> {
  const { address, sampling, topTokens: asked = usualTopTokens, fields } = settings;
  const { temperature, topK, topP, minP } = sampling;
  const body = {
    model,
    prompt,
    raw: true,
    stream: false,
    ...(withTokens ? { logprobs: true, top_logprobs: asked } : {}),
    options: {
      temperature,
      top_k: topK ?? 0,
      top_p: topP ?? 1,
      min_p: minP ?? 0,
      typical_p: 1,
      repeat_penalty: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      seed,
      num_predict: wanted,
      ...fields,
    },
  };
  const reply = await requestJson(address, '/api/generate', body, signal);
  const answer = objectAt(reply, reply.value, 'the answer');
  if (withTokens && answer['logprobs'] === undefined) {
    throw new EndpointReplyError(
      `${reply.url}: the answer omits logprobs, although they were asked for (Ollama reports them from 0.12.11 on). Samples alone can be compared with another setting: --against.`,
      reply,
    );
  }
  const tokens = withTokens
    ? readTokenList(reply, answer['logprobs'], 'logprobs', asked).slice(0, wanted)
    : undefined;
  return {
    reply,
    draw: {
      tokens,
      text: textAt(reply, answer['response'], 'response'),
      ended: tokens === undefined ? answer['done_reason'] === 'stop' : tokens.length < wanted,
    },
  };
}

async function onlyModel({ address }: EndpointSettings, signal: AbortSignal): Promise<string> {
  const reply = await requestJson(address, '/api/tags', undefined, signal);
  const models = arrayAt(reply, objectAt(reply, reply.value, 'the answer')['models'], 'models');
  const names = models.map((model, index) =>
    textAt(reply, objectAt(reply, model, `models[${index}]`)['name'], `models[${index}].name`),
  );
  const [only] = names;
  if (only === undefined || names.length > 1) {
    throw new InvalidArgumentError(
      `${address.baseUrl} has ${names.length === 0 ? 'no models: pull one' : `the models ${names.join(', ')}: name one of them`}.`,
    );
  }
  return only;
}
