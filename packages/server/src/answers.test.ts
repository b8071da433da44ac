import { generateText } from '@foretoken/core';
import { createTableModel, randomTable } from '@foretoken/core/testing';
import { createChatTemplate, encodeFim } from '@foretoken/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  draftedLetters,
  endToken,
  readParts,
  serveTable,
  type TestServer,
} from '../testing/serve-table.js';

const chatTemplate = createChatTemplate({
  where: 'the test',
  template: '{% for message in messages %}{{ message.role[0] }}{{ message.content }}{% endfor %}a',
});
const fimTokens = { prefix: 1, suffix: 2, middle: 3 };
const { target, drafter } = draftedLetters();
let server: TestServer;
beforeAll(async () => {
  server = await serveTable({ target, drafter, chatTemplate, fimTokens });
});
afterAll(() => server.close());

const fixed = { draft_length: 3 };
const textOf = ({ choices: [choice] }: Answer): string =>
  choice?.text ?? choice?.message?.content ?? choice?.delta?.content ?? '';

describe('a completion', () => {
  it('is what the library generates with the same seed and draft length', async () => {
    for (const seed of [1, 2, 3]) {
      const answer = await server.ask({
        prompt: 'abc',
        max_tokens: 30,
        temperature: 0.9,
        seed,
        speculation: fixed,
      });
      const expected = await generateText({
        target,
        drafter,
        prompt: 'abc',
        seed,
        draftLength: 3,
        maximumTokens: 30,
        sampling: { temperature: 0.9 },
      });
      expect(textOf(answer)).toBe(expected.text);
      expect(answer.usage).toMatchObject({
        prompt_tokens: 3,
        completion_tokens: expected.tokens.length,
        speculation: {
          drafted_tokens: expected.counters.draftedCount,
          accepted_tokens: expected.counters.acceptedCount,
          target_passes: expected.counters.roundCount,
        },
      });
    }
  });

  it('as a stream is the same in parts', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const body = {
        prompt: 'abc',
        max_tokens: 40,
        seed,
        logprobs: 2,
        stop: ['xy', 'q'],
        speculation: fixed,
      };
      const whole = await server.ask(body);
      const parts = await readParts(
        await server.post({ ...body, stream: true, stream_options: { include_usage: true } }),
      );
      const last = parts.pop() as Answer;
      expect(last.choices).toEqual([]);
      expect({ ...last.usage, prompt_tokens_details: {} }).toEqual({
        ...whole.usage,
        prompt_tokens_details: {},
      });
      expect(parts.map(textOf).join('')).toBe(textOf(whole));
      for (const list of ['tokens', 'token_logprobs', 'top_logprobs', 'text_offset']) {
        expect(parts.flatMap(({ choices }) => choices[0]?.logprobs?.[list] ?? [])).toEqual(
          whole.choices[0]?.logprobs?.[list],
        );
      }
      const reasons = parts.map(({ choices }) => choices[0]?.finish_reason);
      expect(reasons.pop()).toBe(whole.choices[0]?.finish_reason);
      expect(new Set(reasons)).toEqual(new Set([null]));
    }
  });

  it('reports the law that it is drawn from, the drawn token included', async () => {
    const { choices } = await server.ask({
      prompt: 'abc',
      max_tokens: 1,
      logprobs: 20,
      temperature: 1,
      seed: 5,
    });
    const { tokens = [], top_logprobs: top = [] } = choices[0]?.logprobs ?? {};
    const listed = top[0] as Record<string, number>;
    expect(Object.keys(listed)).toContain(tokens[0]);
    const total = Object.values(listed).reduce((sum, logprob) => sum + Math.exp(logprob), 0);
    expect(total).toBeLessThanOrEqual(1);
    expect(total).toBeGreaterThan(0.6);
  });

  it('fills a gap with the tokens of the model', async () => {
    const settings = { max_tokens: 8, temperature: 0, speculation: { draft_length: 0 } };
    const answer = await server.ask({ prompt: 'mno', suffix: 'xyz', ...settings });
    const prompt = encodeFim(target.tokenizer, fimTokens, { prefix: 'mno', suffix: 'xyz' });
    const expected = await generateText({ target, prompt, sampling: { temperature: 0 }, maximumTokens: 8 });
    expect(textOf(answer)).toBe(expected.text);
    expect(answer.usage.prompt_tokens).toBe(prompt.length);
  });

  it('takes token ids, and has 16 tokens where nothing is said', async () => {
    const settings = { ignore_eos: true, temperature: 0 };
    const ofText = await server.ask({ prompt: 'abc', ...settings });
    const ofTokens = await server.ask({ prompt: [1, 2, 3], ...settings });
    expect(textOf(ofTokens)).toBe(textOf(ofText));
    expect(ofText.usage.completion_tokens).toBe(16);
    expect(ofText.choices[0]?.finish_reason).toBe('length');
    // Of its prompt only the last token was read again.
    expect(ofTokens.usage.prompt_tokens_details.cached_tokens).toBe(2);
  });

  it('names tokens without text by their ids', async () => {
    const bias = { [endToken]: 100 };
    const { choices } = await server.ask({ prompt: 'abc', logit_bias: bias, logprobs: 1, temperature: 0 });
    expect(choices[0]).toMatchObject({
      text: '',
      finish_reason: 'stop',
      logprobs: { tokens: [`token_id:${endToken}`] },
    });
  });
});

describe('a chat completion', () => {
  const path = '/v1/chat/completions';
  const body = {
    messages: [
      { role: 'developer', content: 'bebrief' },
      { role: 'user', content: [{ type: 'text', text: 'hello' }] },
    ],
    max_completion_tokens: 20,
    seed: 3,
    logprobs: true,
    top_logprobs: 3,
    speculation: fixed,
  };

  it('continues what the template writes', async () => {
    const answer = await server.ask(body, path);
    const { text } = await generateText({
      target,
      drafter,
      prompt: 'sbebriefuhelloa',
      seed: 3,
      draftLength: 3,
      maximumTokens: 20,
    });
    expect(textOf(answer)).toBe(text);
    const content = answer.choices[0]?.logprobs?.['content'] as { token: string; top_logprobs: object[] }[];
    expect(content.map(({ token }) => token).join('')).toContain(text);
    expect(content[0]?.top_logprobs).toHaveLength(3);
  });

  it('as a stream is the same in parts', async () => {
    const whole = await server.ask(body, path);
    const parts = await readParts(await server.post({ ...body, stream: true }, { path }));
    expect(parts[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    expect(parts.map(textOf).join('')).toBe(textOf(whole));
    expect(parts.flatMap(({ choices }) => choices[0]?.logprobs?.['content'] ?? [])).toEqual(
      whole.choices[0]?.logprobs?.['content'],
    );
    expect(parts.at(-1)?.choices[0]?.finish_reason).toBe(whole.choices[0]?.finish_reason);
  });

  it('reads of a conversation that goes on only what is new', async () => {
    const first = { role: 'user', content: 'hello' };
    const settings = { max_tokens: 10, ignore_eos: true, temperature: 0 };
    const answer = await server.ask({ messages: [first], ...settings }, path);
    const said = [first, { role: 'assistant', content: textOf(answer) }, { role: 'user', content: 'more' }];
    const { usage } = await server.ask({ messages: said, ...settings }, path);
    // The template writes the same tokens again but for the "a" before the answer, which was there already.
    expect(usage.prompt_tokens_details.cached_tokens).toBeGreaterThanOrEqual(7);
    expect(usage.prompt_tokens_details.cached_tokens).toBeLessThan(usage.prompt_tokens);
  });
});

describe('a completion under a JSON schema', () => {
  const schema = {
    type: 'object',
    properties: { kind: { enum: ['one', 'two'] }, size: { type: 'integer', minimum: 0, maximum: 20 } },
    required: ['kind', 'size'],
    additionalProperties: false,
  };
  const asked = {
    prompt: 'x',
    max_tokens: 100,
    response_format: { type: 'json_schema', json_schema: { name: 'thing', schema } },
  };
  const vocabulary = 128;
  const table = randomTable(7, vocabulary, 'smooth');
  const bytes = createTableModel({
    vocabularySize: vocabulary,
    endTokens: [endToken],
    tokenBytes: (token) => (token === endToken ? new Uint8Array() : Uint8Array.of(token)),
    law: (history) => table(history.slice(-1)),
  });

  it('is valid, with forced tokens drafted and without', async () => {
    const idle = {
      name: 'idle',
      propose: async () => ({ tokens: [], parents: [], distributions: [], drafters: [] }),
      observe() {},
      async close() {},
    };
    const json = await serveTable({ target: bytes, drafter: idle, sampling: { temperature: 1 } });
    try {
      for (const [seed, length] of [4, 0, 4, 0].entries()) {
        const answer = await json.ask({ ...asked, seed, speculation: { draft_length: length } });
        expect(answer.choices[0]?.finish_reason).toBe('stop');
        const value = JSON.parse(textOf(answer)) as { kind: string; size: number };
        expect(Object.keys(value)).toEqual(['kind', 'size']);
        expect(['one', 'two']).toContain(value.kind);
        expect(value.size).toBeGreaterThanOrEqual(0);
        expect(value.size).toBeLessThanOrEqual(20);
        const { accepted_tokens: accepted, target_passes: passes } = answer.usage.speculation;
        expect(accepted > 0).toBe(length > 0);
        if (length > 0) expect(passes).toBeLessThan(answer.usage.completion_tokens);
        else expect(passes).toBe(answer.usage.completion_tokens);
      }
      const anyObject = await json.ask({
        ...asked,
        response_format: { type: 'json_object' },
        seed: 2,
        logit_bias: { 125: 20 },
      });
      expect(JSON.parse(textOf(anyObject))).toEqual(expect.any(Object));
    } finally {
      await json.close();
    }
  });
});
