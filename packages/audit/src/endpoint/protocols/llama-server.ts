import { EndpointReplyError } from '@foretoken/core';
import type { Draw, DrawnToken, DrawRequest, DrawSource, SourcePrompt } from '../draw-source.js';
import { arrayAt, objectAt, textAt, tokenIdAt } from '../http/read-reply.js';
import { type JsonReply, requestJson } from '../http/request-json.js';
import { createReportedLaw, type ReportedLaw } from '../reported-law.js';
import { endpointName, type EndpointSettings } from './endpoint-protocol.js';

const usualTopTokens = 100;
const mostSeeds = 10;

/**
 * llama.cpp's own HTTP API (tools/server/README.md there). Prompts and histories are token ids, so that every law is
 * asked for after exactly the tokens that were drawn, in a request of one token, which no draft takes part in;
 * `post_sampling_probs` makes the probabilities those that are sampled from. Draws ask for no probabilities: the server
 * leaves them out for drafted tokens.
 */
export function createLlamaServerSource(settings: EndpointSettings): DrawSource {
  const texts = new Map<number, Promise<string>>();
  const textOf = (token: number, signal: AbortSignal): Promise<string> => {
    const known = texts.get(token);
    if (known !== undefined) return known;
    const asked = askText(settings, token, signal);
    texts.set(token, asked);
    asked.catch(() => texts.delete(token));
    return asked;
  };
  return {
    name: endpointName('llama-server', settings),
    async openPrompt(text, signal) {
      const body = { content: text, add_special: true, parse_special: true };
      const reply = await requestJson(settings.address, '/tokenize', body, signal);
      const listed = arrayAt(reply, objectAt(reply, reply.value, 'the answer')['tokens'], 'tokens');
      const tokens = listed.map((token, index) => tokenIdAt(reply, token, `tokens[${index}]`));
      return new LlamaServerPrompt(settings, text, tokens, textOf);
    },
  };
}

async function askText(settings: EndpointSettings, token: number, signal: AbortSignal): Promise<string> {
  const reply = await requestJson(settings.address, '/detokenize', { tokens: [token] }, signal);
  return textAt(reply, objectAt(reply, reply.value, 'the answer')['content'], 'content');
}

class LlamaServerPrompt implements SourcePrompt {
  readonly text: string;
  readonly #settings: EndpointSettings;
  readonly #tokens: readonly number[];
  readonly #textOf: (token: number, signal: AbortSignal) => Promise<string>;

  constructor(
    settings: EndpointSettings,
    text: string,
    tokens: readonly number[],
    textOf: (token: number, signal: AbortSignal) => Promise<string>,
  ) {
    this.#settings = settings;
    this.text = text;
    this.#tokens = tokens;
    this.#textOf = textOf;
  }

  async askLaw(history: readonly DrawnToken[], signal: AbortSignal): Promise<ReportedLaw> {
    const asked = this.#settings.topTokens ?? usualTopTokens;
    const prompt = [...this.#tokens, ...history.map(({ key }) => Number(key))];
    const { reply, listed } = await this.#askPlace(prompt, asked, signal);
    if (!Array.isArray(listed) || listed.length === 0) {
      // After part of a character there may be only such tokens: nothing is known, and all outcomes are one.
      if (history.length > 0 && listed === undefined) return { tokens: [], unreported: 1 };
      throw new EndpointReplyError(
        `${reply.url}: completion_probabilities of the token after ${JSON.stringify(this.text.slice(-40))} are missing; the server omits probabilities, or is older than post_sampling_probs.`,
        reply,
      );
    }
    const tokens = listed.map((entry: unknown, index) => {
      const path = `top_probs[${index}]`;
      const { id, token, prob } = objectAt(reply, entry, path);
      const key = String(tokenIdAt(reply, id, `${path}.id`));
      const text = textAt(reply, token, `${path}.token`);
      return { key, text, probability: typeof prob === 'number' ? prob : Number.NaN };
    });
    return createReportedLaw(tokens, { asked, where: `${reply.url}, token ${history.length + 1}` });
  }

  /**
   * The reported probabilities of one place. The server leaves them out where the token that it happens to draw is part of
   * a character: then another seed is tried.
   */
  async #askPlace(
    prompt: readonly number[],
    asked: number,
    signal: AbortSignal,
  ): Promise<{ readonly reply: JsonReply; readonly listed: unknown }> {
    for (let seed = 0; ; seed++) {
      const body = { prompt, n_predict: 1, n_probs: asked, post_sampling_probs: true, seed };
      const reply = await this.#complete(body, signal);
      const { completion_probabilities: places } = objectAt(reply, reply.value, 'the answer');
      if (places !== undefined) {
        const [place] = arrayAt(reply, places, 'completion_probabilities');
        return { reply, listed: objectAt(reply, place, 'completion_probabilities[0]')['top_probs'] ?? [] };
      }
      if (seed === mostSeeds - 1) return { reply, listed: undefined };
    }
  }

  async draw({ seed, tokens: wanted }: DrawRequest, signal: AbortSignal): Promise<Draw> {
    const body = { prompt: this.#tokens, n_predict: wanted, n_probs: 0, return_tokens: true, seed };
    const reply = await this.#complete(body, signal);
    const answer = objectAt(reply, reply.value, 'the answer');
    const ids = arrayAt(reply, answer['tokens'], 'tokens').slice(0, wanted);
    const tokens = await Promise.all(
      ids.map(async (listed, index) => {
        const id = tokenIdAt(reply, listed, `tokens[${index}]`);
        return { key: String(id), text: await this.#textOf(id, signal), law: undefined };
      }),
    );
    return {
      tokens,
      text: textAt(reply, answer['content'], 'content'),
      ended: tokens.length < wanted,
      drafted: draftCounts(answer['timings']),
    };
  }

  #complete(body: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<JsonReply> {
    const { address, sampling, fields } = this.#settings;
    const { temperature, topK, topP, minP } = sampling;
    const request = {
      ...body,
      temperature,
      top_k: topK ?? 0,
      top_p: topP ?? 1,
      min_p: minP ?? 0,
      typical_p: 1,
      top_n_sigma: -1,
      xtc_probability: 0,
      dynatemp_range: 0,
      mirostat: 0,
      repeat_penalty: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      dry_multiplier: 0,
      // An end token would cut a draw short; it is as impossible in the reported law.
      ignore_eos: true,
      // With a kept prompt the first pass has one token instead of all, and rounds otherwise.
      cache_prompt: false,
      stream: false,
      ...fields,
    };
    return requestJson(address, '/completion', request, signal);
  }
}

/** `timings` has them only where something was drafted. */
function draftCounts(timings: unknown): Draw['drafted'] {
  if (typeof timings !== 'object' || timings === null) return undefined;
  const { draft_n: proposed = 0, draft_n_accepted: accepted = 0 } = timings as Record<string, unknown>;
  return typeof proposed === 'number' && typeof accepted === 'number' ? { proposed, accepted } : undefined;
}
