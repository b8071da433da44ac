import { EngineError } from '@foretoken/core';
import { createChatTemplate } from '@foretoken/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  draftedLetters,
  lettersLaw,
  lettersModel,
  type Refusal,
  serveTable,
  type TestServer,
} from '../testing/serve-table.js';

const chatTemplate = createChatTemplate({
  where: 'the test',
  template: `{% for message in messages %}{% if message.role == 'system' %}{{ raise_exception('no system') }}{% endif %}{{ message.content }}{% endfor %}`,
});
const mostBodyBytes = 4096;
const { target } = draftedLetters();
let server: TestServer;
let chatting: TestServer;
beforeAll(async () => {
  server = await serveTable({ target }, { mostBodyBytes });
  chatting = await serveTable({ target, chatTemplate });
});
afterAll(() => Promise.all([server.close(), chatting.close()]));

const refusalOf = async (response: Response) => ({
  status: response.status,
  error: ((await response.json()) as Refusal).error,
});
const schema = (value: unknown) => ({
  prompt: 'a',
  response_format: { type: 'json_schema', json_schema: { schema: value } },
});

describe('a bad request', () => {
  it.each<[what: string, body: object, param: string | null, message: RegExp]>([
    ['no prompt', {}, 'prompt', /give a text/],
    ['several prompts', { prompt: ['a', 'b'] }, 'prompt', /several prompts are several requests/],
    ['an empty prompt', { prompt: '' }, 'prompt', /empty/],
    ['a token that is none', { prompt: [3, 99] }, 'prompt', /token 99 .* 0 to 26/],
    ['a text as temperature', { prompt: 'a', temperature: 'hot' }, 'temperature', /expected number/],
    ['a share above 1', { prompt: 'a', top_p: 1.5 }, 'top_p', /<=1/],
    ['no whole number', { prompt: 'a', max_tokens: 1.5 }, 'max_tokens', /expected int/],
    ['an empty stop text', { prompt: 'a', stop: [''] }, 'stop.0', />=1 characters/],
    ['a number as stop', { prompt: 'a', stop: 5 }, 'stop', /give a text/],
    ['several answers', { prompt: 'a', n: 2 }, 'n', /only 1 is supported/],
    ['an echo', { prompt: 'a', echo: true }, 'echo', /only false is supported/],
    ['a bias of no token', { prompt: 'a', logit_bias: { the: 1 } }, 'logit_bias.the', /by token id/],
    ['too many log-probabilities', { prompt: 'a', logprobs: 21 }, 'logprobs', /<=20/],
    [
      'a draft length out of range',
      { prompt: 'a', speculation: { draft_length: 64 } },
      'speculation.draft_length',
      /<=63/,
    ],
    ['a misspelt override', { prompt: 'a', speculation: { length: 0 } }, 'speculation', /"length"/],
    ['a suffix without such a model', { prompt: 'a', suffix: 'b' }, 'suffix', /no tokens that ask for/],
    // Regression: they made logits infinite, and the server answered 500.
    [
      'a penalty beyond all logits',
      { prompt: 'a', frequency_penalty: -1e39 },
      null,
      /frequencyPenalty must be/,
    ],
    ['a bias beyond all logits', { prompt: 'a', logit_bias: { 5: 1e39 } }, null, /logitBias of token 5 must/],
    ['a schema that is none', schema({ type: 'words' }), 'response_format', /words/],
    ['a schema that nothing satisfies', schema({ $ref: '#' }), 'response_format', /No JSON text satisfies/],
    [
      'a schema that these letters cannot write',
      schema({ type: 'integer' }),
      'response_format',
      /vocabulary/,
    ],
    ['no object', [], null, /expected object/],
  ])('with %s is refused, and the field is named', async (_, body, param, message) => {
    const { status, error } = await refusalOf(await server.post(body));
    expect({ status, ...error }).toMatchObject({ status: 400, type: 'invalid_request_error', param });
    expect(error.message).toMatch(message);
  });

  it.each<[what: string, body: object, param: string, message: RegExp]>([
    ['no messages', { messages: [] }, 'messages', />=1/],
    ['an unknown role', { messages: [{ role: 'tool', content: 'a' }] }, 'messages.0.role', /give system/],
    [
      'an image',
      { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
      'messages.0.content',
      /list of text parts/,
    ],
    ['tools', { messages: [{ role: 'user', content: 'a' }], tools: [{}] }, 'tools', /not supported/],
    ['what the template refuses', { messages: [{ role: 'system', content: 'a' }] }, 'messages', /no system/],
  ])('of a chat with %s too', async (_, body, param, message) => {
    const { status, error } = await refusalOf(await chatting.post(body, { path: '/v1/chat/completions' }));
    expect({ status, param: error.param }).toEqual({ status: 400, param });
    expect(error.message).toMatch(message);
  });

  // Was wrong: they ran out of stack or of arguments, and the server answered 500.
  it('with a schema that is too deep or too long', async () => {
    const deep = `${'{"not":'.repeat(100_000)}{}${'}'.repeat(100_000)}`;
    const body = `{"prompt":"a","response_format":{"type":"json_schema","json_schema":{"schema":${deep}}}}`;
    const nested = await refusalOf(await chatting.post({}, { body }));
    expect(nested).toMatchObject({ status: 400, error: { param: 'response_format' } });
    const names = Array.from({ length: 150_000 }, (_, index) => index);
    const long = await refusalOf(await chatting.post(schema({ enum: names })));
    expect(long).toMatchObject({ status: 400, error: { param: 'response_format' } });
  });

  it('of a chat with a model that has no template says what to do', async () => {
    const messages = [{ role: 'user', content: 'a' }];
    const response = await server.post({ messages }, { path: '/v1/chat/completions' });
    expect((await refusalOf(response)).error.message).toMatch(/brings no chat template.*--chat-template/);
  });

  it('that is longer than the context is refused with both lengths', async () => {
    const { status, error } = await refusalOf(await server.post({ prompt: 'a'.repeat(300) }));
    expect(status).toBe(400);
    expect(error).toMatchObject({ code: 'context_length_exceeded' });
    expect(error.message).toMatch(/300 tokens.*holds 256/);
  });

  it('that is no JSON, too large, for another model, or for another route', async () => {
    const broken = await refusalOf(await server.post({}, { body: '{"prompt":' }));
    expect(broken).toMatchObject({ status: 400, error: { message: expect.stringMatching(/not JSON/) } });

    const large = JSON.stringify({ prompt: 'a'.repeat(mostBodyBytes) });
    const inParts = new Blob([large]).stream();
    for (const body of [{ body: large }, { body: inParts, duplex: 'half' }]) {
      const tooLarge = await refusalOf(await server.post({}, body as RequestInit));
      expect(tooLarge).toMatchObject({ status: 413, error: { code: 'request_too_large' } });
    }

    const other = await refusalOf(await server.post({ prompt: 'a', model: 'gpt-0' }));
    expect(other).toMatchObject({ status: 404, error: { param: 'model', code: 'model_not_found' } });
    expect((await server.ask({ prompt: 'a', model: 'letters' })).choices).toHaveLength(1);

    for (const path of ['/v1/embeddings', '/']) {
      const unknown = await refusalOf(await server.post({}, { path }));
      expect(unknown).toMatchObject({ status: 404, error: { code: 'unknown_route' } });
    }
    expect(await server.metric('requests_total{route="other",status="404"}')).toBe(2);
    // Nothing of all this is the operator's business.
    expect(server.notes).toEqual([]);
  });
});

describe('a failure of the server itself', () => {
  /** Rows until the engine fails, once. */
  let rowsLeft = Number.POSITIVE_INFINITY;
  let failure: Error = new EngineError('The device is gone.');
  const law = lettersLaw(5);
  const failing = lettersModel(5, (history) => {
    rowsLeft -= 1;
    if (rowsLeft > 0) return law(history);
    rowsLeft = Number.POSITIVE_INFINITY;
    throw failure;
  });
  const asked = { prompt: 'abc', max_tokens: 20, ignore_eos: true, temperature: 0 };

  it('ends the request alone: with 500, or in the stream where it has begun', async () => {
    const alone = await serveTable({ target: failing });
    try {
      const expected = await alone.ask(asked);
      for (const rows of [1, 10]) {
        rowsLeft = rows;
        const { status, error } = await refusalOf(await alone.post(asked));
        expect({ status, ...error }).toMatchObject({ status: 500, type: 'server_error' });
        expect(error.message).toBe('The device is gone.');
        expect((await alone.ask(asked)).choices).toEqual(expected.choices);
      }
      rowsLeft = 1;
      expect((await alone.post({ ...asked, stream: true })).status).toBe(500);
      rowsLeft = 10;
      const begun = await alone.post({ ...asked, stream: true });
      expect(begun.status).toBe(200);
      const parts = (await begun.text()).split('\n\n');
      expect(parts.slice(-2)).toEqual(['data: [DONE]', '']);
      expect(JSON.parse(parts.at(-3)?.slice('data: '.length) ?? '')).toMatchObject({
        error: { message: 'The device is gone.', type: 'server_error' },
      });
      expect((await alone.ask(asked)).choices).toEqual(expected.choices);

      // What is no error of ours may tell of the machine: the log has it, not the caller.
      failure = new TypeError('reading /secret/path');
      rowsLeft = 1;
      const { error } = await refusalOf(await alone.post(asked));
      expect(error.message).not.toContain('secret');
      expect(alone.notes.at(-1)).toContain('secret');
      expect(alone.notes).toHaveLength(5);
      expect(await alone.metric('generations_total{reason="error"}')).toBe(5);
    } finally {
      await alone.close();
    }
  });

  it('of a drafter ends nothing: it is dropped, and that is said', async () => {
    const drafter = {
      name: 'broken',
      propose: async () => Promise.reject(new EngineError('No draft.')),
      observe() {},
      async close() {},
    };
    const drafted = await serveTable({ target, drafter });
    try {
      for (let repetition = 0; repetition < 2; repetition++) {
        const { usage } = await drafted.ask({ ...asked, speculation: { draft_length: 2 } });
        expect(usage.speculation).toMatchObject({ drafted_tokens: 0, target_passes: 20 });
      }
      expect(drafted.notes).toEqual([
        expect.stringMatching(/broken failed and is not asked again.*No draft/),
      ]);
      expect((await drafted.health()).drafter).toBeNull();
      expect(await drafted.metric('drafter_failures_total')).toBe(1);
    } finally {
      await drafted.close();
    }
  });

  it('of what keeps outputs is said, and the answer is given', async () => {
    const kept: (readonly number[])[] = [];
    const keeping = await serveTable(
      { target },
      {
        keepOutput: async (tokens) => {
          kept.push(tokens);
          throw new Error('The disk is full.');
        },
      },
    );
    try {
      expect((await keeping.ask(asked)).usage.completion_tokens).toBe(20);
      expect(kept.map(({ length }) => length)).toEqual([20]);
      expect(keeping.notes).toEqual(['Error: The disk is full.']);
    } finally {
      await keeping.close();
    }
  });
});
