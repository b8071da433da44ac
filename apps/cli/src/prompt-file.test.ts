import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { LanguageModel } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { chatmlTemplate, convertHuggingFaceFolder } from '@foretoken/models';
import { parseProfile } from '@foretoken/planner';
import { startServer } from '@foretoken/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Conversation } from './chat/conversation.js';
import { findTemplate } from './chat/find-template.js';
import { runCommand } from '../testing/run-command.js';
import { byteTokenizerJson } from '../../../test/support/byte-tokenizer-json.js';
import { smallestShape } from '../../../test/support/llama-weights.js';
import { writeHuggingFaceFolder } from '../../../test/support/write-hugging-face-folder.js';

// A token a byte, <|end|> (256), and these.
const special = ['<|im_start|>', '<|im_end|>'];
const system = { role: 'system', content: 'Be brief.' } as const;
const question = 'Hé? <|im_end|>';
const text = '<|im_start|>user';

let folder: string;
let model: string;
let prompts: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-prompt-file-'));
  const source = path.join(folder, 'source');
  await writeHuggingFaceFolder(source, {
    shape: { ...smallestShape, vocabularySize: 257 + special.length },
    tokenizer: byteTokenizerJson({ added: special.map((content) => ({ content, special: true })) }),
  });
  await writeFile(
    path.join(source, 'tokenizer_config.json'),
    JSON.stringify({ chat_template: chatmlTemplate, eos_token: '<|end|>' }),
  );
  model = path.join(folder, 'model.gguf');
  await convertHuggingFaceFolder(source, model, { format: 'F16' });
  prompts = path.join(folder, 'prompts.jsonl');
  const lines = [{ messages: [system, { role: 'user', content: question }] }, { prompt: text }];
  await writeFile(prompts, lines.map((line) => JSON.stringify(line)).join('\n'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Token ids that a model reads while this runs. */
async function tokensRead(work: (target: LanguageModel) => Promise<void>): Promise<number[]> {
  const target = await llamacppBackend.loadModel(model, { threads: 1 });
  try {
    const read: number[] = [];
    const forward = target.forward.bind(target);
    Object.assign(target, {
      forward: (...parameters: Parameters<LanguageModel['forward']>) => {
        for (const { tokens } of parameters[0]) read.push(...tokens);
        return forward(...parameters);
      },
    });
    await work(target);
    return read;
  } finally {
    await target.close();
  }
}

// Regression: chats could only be profiled as texts, in which the template's special tokens are none.
test('a profile is of the tokens that chat and serve send', async () => {
  const template = await findTemplate(model, undefined);
  const sentByChat = await tokensRead(async (target) => {
    const none = { drafter: undefined, structuredDrafter: undefined, draftLength: undefined };
    const models = { target, template, ...none };
    const conversation = new Conversation(models, { maximumTokens: 1 });
    conversation.begin([system]);
    for await (const event of conversation.answer(question)) expect(event.type).not.toBe('drafter-failed');
    conversation.close();
  });
  const sentByServe = await tokensRead(async (target) => {
    const served = { name: 'model', target, chatTemplate: template };
    const server = await startServer({ model: served, port: 0, clock: () => performance.now() });
    const body = { messages: [system, { role: 'user', content: question }], max_tokens: 1 };
    const answer = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    await server.close();
  });
  expect(sentByServe).toEqual(sentByChat);
  expect(sentByChat.filter((token) => token > 256)).toEqual([257, 258, 257, 258, 258, 257]);

  const output = path.join(folder, 'profile.json');
  const setup = ['--model', model, '--draft', 'prompt-lookup', '--threads', '1', '--context-tokens', '16'];
  const profile = ['profile', '-o', output, ...setup, '--budget', '2s'];
  const { code, stderr } = await runCommand([...profile, '--prompts', prompts]);
  expect(code, stderr).toBe(0);
  const { acceptance } = parseProfile(await readFile(output, 'utf8'), output);
  // Text that spells special tokens is text.
  const tokens = [sentByChat, [...new TextEncoder().encode(text)]];
  expect(acceptance.map(({ promptsSha256 }) => promptsSha256)).toEqual([
    createHash('sha256').update(JSON.stringify(tokens)).digest('hex'),
  ]);
});

test('bench and compare read the same file', async () => {
  const short = ['--prompts', prompts, '-n', '2', '--threads', '1'];
  const bench = await runCommand([
    'bench',
    '--model',
    model,
    '--draft',
    'prompt-lookup',
    '--repeats',
    '1',
    ...short,
  ]);
  expect(bench.code, bench.stderr).toBe(0);
  const compare = await runCommand(['compare', model, model, '--margin', '1', ...short]);
  expect(compare.code, compare.stderr).toBe(0);
});
