import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  createModelDrafter,
  type Distribution,
  generate,
  type SamplingSettings,
  type VerificationRule,
} from '@foretoken/core';
import { createTableModel, type TableLaw } from '@foretoken/core/testing';

export interface TableServerOptions {
  /** Which API it speaks. */
  readonly kind: 'llama-server' | 'openai' | 'openai-with-ids' | 'ollama';
  readonly vocabularySize: number;
  /** What it means to draw from, at temperature 1. */
  readonly law: TableLaw;
  /** What drafts are drawn from; undefined: plain decoding. */
  readonly draftLaw?: TableLaw | undefined;
  /** Keeps or replaces drafted tokens. */
  readonly rule?: VerificationRule | string | undefined;
  /** What it says about a token; default: its law under the request's sampling settings. */
  readonly report?:
    | ((honest: readonly number[], history: readonly number[]) => readonly number[])
    | undefined;
  /** True: it reports the law before temperature and truncation. */
  readonly reportsRaw?: boolean | undefined;
  /** Answers a request of this number, from 0, in place of the server; undefined: the server does. */
  readonly interfere?: (
    request: number,
    response: ServerResponse,
    body: Readonly<Record<string, unknown>>,
    answer: () => unknown,
  ) => boolean;
}

export interface TableServer {
  readonly url: string;
  /** Requests for draws and laws so far. */
  readonly requests: () => number;
  close(): Promise<void>;
}

/** A server on 127.0.0.1 whose exact law is known: a table model behind the HTTP APIs that an audit can speak. */
export async function startTableServer(options: TableServerOptions): Promise<TableServer> {
  const service = new TableService(options);
  const server = createServer((request, response) => {
    service.handle(request, response).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(JSON.stringify({ error: { message: String(error) } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => service.requests,
    close: () => closeServer(server),
  };
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

interface Generated {
  readonly tokens: readonly number[];
  readonly history: readonly number[];
  readonly drafted: number;
  readonly accepted: number;
}

type Body = Readonly<Record<string, unknown>>;

class TableService {
  requests = 0;
  readonly #options: TableServerOptions;
  readonly #target;
  readonly #draft;

  constructor(options: TableServerOptions) {
    const { law, draftLaw, vocabularySize } = options;
    this.#options = options;
    this.#target = createTableModel({ law, vocabularySize, maximumSequences: 64 });
    this.#draft =
      draftLaw === undefined
        ? undefined
        : createTableModel({ law: draftLaw, vocabularySize, maximumSequences: 64 });
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { kind } = this.#options;
    response.setHeader('content-type', 'application/json');
    const body = request.method === 'POST' ? (JSON.parse(await text(request)) as Body) : {};
    const path = request.url;
    const end = (value: unknown): void => {
      response.end(JSON.stringify(value));
    };
    if (kind === 'llama-server' && path === '/props') return end({ default_generation_settings: {} });
    if (kind === 'llama-server' && path === '/tokenize') {
      return end({ tokens: this.#target.tokenizer.encode(String(body['content'])) });
    }
    if (kind === 'llama-server' && path === '/detokenize') {
      return end({ content: this.#target.tokenizer.decode(body['tokens'] as number[]) });
    }
    if (kind.startsWith('openai') && path === '/v1/models') return end({ data: [{ id: 'table' }] });
    if (kind === 'ollama' && path === '/api/tags') return end({ models: [{ name: 'table:latest' }] });
    const answers: Readonly<Record<string, () => Promise<unknown>>> = {
      'llama-server /completion': () => this.#completion(body),
      'openai /v1/completions': () => this.#openAi(body),
      'openai-with-ids /v1/completions': () => this.#openAi(body),
      'ollama /api/generate': () => this.#ollama(body),
    };
    const answer = answers[`${kind} ${path}`];
    if (answer === undefined) {
      response.statusCode = 404;
      return end({ error: { message: `no ${path} here` } });
    }
    const number = this.requests++;
    const value = await answer();
    if (this.#options.interfere?.(number, response, body, () => value) === true) return;
    end(value);
  }

  async #generate(
    prompt: readonly number[],
    count: number,
    seed: number,
    sampling: SamplingSettings,
  ): Promise<Generated> {
    const target = this.#target;
    const drafter =
      this.#draft === undefined ? undefined : createModelDrafter({ model: this.#draft, target });
    const events = generate({
      target,
      prompt,
      seed,
      sampling,
      drafter,
      draftLength: 2,
      rule: this.#options.rule,
      maximumTokens: count,
      ignoreEndTokens: true,
    });
    for await (const event of events) {
      if (event.type !== 'generation-end') continue;
      await drafter?.close();
      const { draftedCount, acceptedCount } = event.counters;
      return { tokens: event.tokens, history: prompt, drafted: draftedCount, accepted: acceptedCount };
    }
    throw new Error('unreachable: generate ends with generation-end');
  }

  /** Most probable tokens after a history, as they are reported. */
  #reported(
    history: readonly number[],
    most: number,
    sampling: SamplingSettings,
  ): { readonly token: number; readonly probability: number }[] {
    const { law, vocabularySize, report, reportsRaw } = this.#options;
    const honest = shaped(law(history), vocabularySize, reportsRaw === true ? {} : sampling);
    return (report?.(honest, history) ?? honest)
      .map((probability, token) => ({ token, probability }))
      .filter(({ probability }) => probability !== 0)
      .toSorted((left, right) => right.probability - left.probability)
      .slice(0, most);
  }

  async #completion(body: Body): Promise<unknown> {
    const sampling = samplingOf(body);
    const prompt = body['prompt'] as number[];
    const { tokens, drafted, accepted } = await this.#generate(
      prompt,
      Number(body['n_predict']),
      Number(body['seed']),
      sampling,
    );
    const most = Number(body['n_probs']);
    const first = this.#reported(prompt, most, sampling);
    return {
      content: this.#target.tokenizer.decode(tokens),
      tokens: body['return_tokens'] === true ? tokens : [],
      timings: drafted === 0 ? {} : { draft_n: drafted, draft_n_accepted: accepted },
      ...(most === 0
        ? {}
        : {
            completion_probabilities: [
              {
                id: tokens[0],
                top_probs: first.map(({ token, probability }) => ({
                  id: token,
                  token: this.#target.tokenizer.decode([token]),
                  prob: probability,
                })),
              },
            ],
          }),
    };
  }

  async #openAi(body: Body): Promise<unknown> {
    const generated = await this.#generate(
      this.#target.tokenizer.encode(String(body['prompt'])),
      Number(body['max_tokens']),
      Number(body['seed']),
      samplingOf(body),
    );
    const list = this.#tokenList(generated, Number(body['logprobs'] ?? 0), samplingOf(body));
    const withIds = this.#options.kind === 'openai-with-ids';
    const logprobs = withIds
      ? { content: list }
      : {
          tokens: list.map(({ token }) => token),
          top_logprobs: list.map((entry) =>
            Object.fromEntries(entry.top_logprobs.map(({ token, logprob }) => [token, logprob])),
          ),
        };
    const choice = {
      text: list.map(({ token }) => token).join(''),
      finish_reason: 'length',
      logprobs: body['logprobs'] === undefined ? null : logprobs,
    };
    return { choices: [choice] };
  }

  async #ollama(body: Body): Promise<unknown> {
    const settings = body['options'] as Body;
    const generated = await this.#generate(
      this.#target.tokenizer.encode(String(body['prompt'])),
      Number(settings['num_predict']),
      Number(settings['seed']),
      samplingOf(settings),
    );
    const list = this.#tokenList(generated, Number(body['top_logprobs'] ?? 0), samplingOf(settings));
    return {
      response: list.map(({ token }) => token).join(''),
      done: true,
      done_reason: 'length',
      ...(body['logprobs'] === true ? { logprobs: list } : {}),
    };
  }

  #tokenList({ tokens, history }: Generated, most: number, sampling: SamplingSettings) {
    const { tokenizer } = this.#target;
    const { kind } = this.#options;
    const entry = (token: number, probability: number) => ({
      ...(kind === 'openai-with-ids' ? { id: token } : {}),
      token: tokenizer.decode([token]),
      logprob: Math.log(probability),
    });
    return tokens.map((token, index) => {
      const listed = this.#reported(
        [...history, ...tokens.slice(0, index)],
        Number.POSITIVE_INFINITY,
        sampling,
      );
      const own = listed.find((other) => other.token === token)?.probability ?? 0;
      return {
        ...entry(token, own),
        top_logprobs: listed.slice(0, most).map((other) => entry(other.token, other.probability)),
      };
    });
  }
}

function samplingOf(body: Body): SamplingSettings {
  return {
    temperature: Number(body['temperature']),
    topK: Number(body['top_k'] ?? 0),
    topP: Number(body['top_p'] ?? 1),
    minP: Number(body['min_p'] ?? 0),
  };
}

/** A law after temperature and top-k, by other code than what is audited. */
function shaped(
  { tokens, probabilities }: Distribution,
  vocabularySize: number,
  { temperature = 1, topK = 0 }: SamplingSettings,
): number[] {
  const weights = new Array<number>(vocabularySize).fill(0);
  for (const [index, probability] of probabilities.entries()) {
    weights[tokens === undefined ? index : (tokens[index] as number)] = probability ** (1 / temperature);
  }
  const kept = weights
    .toSorted((left, right) => right - left)
    .slice(0, topK === 0 ? vocabularySize : topK)
    .at(-1) as number;
  const cut = weights.map((weight) => (weight >= kept ? weight : 0));
  const sum = cut.reduce((total, weight) => total + weight, 0);
  return cut.map((weight) => weight / sum);
}
