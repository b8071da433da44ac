import { createModelDrafter, type LanguageModel } from '@foretoken/core';
import { createTableModel, randomTable, type TableLaw } from '@foretoken/core/testing';
import type { ServedModel } from '../src/served-model.js';
import type { ServerOptions } from '../src/server-options.js';
import { startServer } from '../src/start-server.js';

const vocabularySize = 27;
export const endToken = 0;

/** A language of lower-case letters, with a distribution of its own after every two of them; texts seldom end. */
export function lettersModel(
  seed: number,
  law: TableLaw = lettersLaw(seed),
  contextLength = 256,
): LanguageModel {
  return createTableModel({
    vocabularySize,
    contextLength,
    endTokens: [endToken],
    tokenBytes: (token) => (token === endToken ? new Uint8Array() : Uint8Array.of(96 + token)),
    law,
  });
}

export function lettersLaw(seed: number): TableLaw {
  const table = randomTable(seed, vocabularySize, 'smooth');
  return (history) => table(history.slice(-2));
}

/** A target, and a model of another law that drafts for it. */
export function draftedLetters(): {
  readonly target: LanguageModel;
  readonly drafter: ServedModel['drafter'];
} {
  const target = lettersModel(5);
  return { target, drafter: createModelDrafter({ model: lettersModel(9), target }) };
}

interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  readonly speculation: {
    readonly drafted_tokens: number;
    readonly accepted_tokens: number;
    readonly target_passes: number;
  };
}

/** The answers' fields that tests look at, of both kinds, whole or in parts. */
export interface Answer {
  readonly choices: readonly {
    readonly text?: string;
    readonly message?: { readonly content: string };
    readonly delta?: { readonly role?: string; readonly content?: string };
    readonly logprobs: Readonly<Record<string, readonly unknown[]>> | null;
    readonly finish_reason: string | null;
  }[];
  readonly usage: Usage;
}

export interface Refusal {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

export interface TestServer {
  readonly url: string;
  /** What the operator was told. */
  readonly notes: readonly string[];
  /** The answer of `/v1/completions`, or of another path. @throws where the status is not 200. */
  ask(body: object, path?: string): Promise<Answer>;
  post(body: object, init?: RequestInit & { readonly path?: string }): Promise<Response>;
  health(): Promise<{ readonly drafter: string | null; readonly running: number; readonly waiting: number }>;
  /** Value of one of the metrics' lines, with its labels as they are written. */
  metric(line: string): Promise<number>;
  close(): Promise<void>;
}

/** A server on a free port of this machine. */
export async function serveTable(
  model: Partial<ServedModel> & Pick<ServedModel, 'target'>,
  options: Partial<ServerOptions> = {},
): Promise<TestServer> {
  const notes: string[] = [];
  const server = await startServer({
    model: { name: 'letters', ...model },
    port: 0,
    clock: () => performance.now(),
    onNote: (line) => notes.push(line),
    ...options,
  });
  const post: TestServer['post'] = (body, { path = '/v1/completions', ...init } = {}) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      ...init,
    });
  return {
    url: server.url,
    notes,
    post,
    async ask(body, path = '/v1/completions') {
      const response = await post(body, { path });
      if (response.status !== 200) throw new Error(await response.text());
      return (await response.json()) as Answer;
    },
    health: async () => (await (await fetch(`${server.url}/health`)).json()) as never,
    async metric(line) {
      const lines = (await (await fetch(`${server.url}/metrics`)).text()).split('\n');
      return Number(
        lines
          .find((text) => text.startsWith(`foretoken_${line} `))
          ?.split(' ')
          .at(-1),
      );
    },
    close: () => server.close(),
  };
}

/** The parts of a stream that ended as it should. */
export async function readParts(response: Response): Promise<Answer[]> {
  const events = (await response.text()).split('\n\n');
  const data = events.map((event) => event.replace(/^data: /, ''));
  if (data.splice(-2).join() !== '[DONE],') throw new Error('The stream ends without [DONE].');
  return data.map((text) => JSON.parse(text) as Answer);
}

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('It does not come to hold.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
