import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeGguf } from '@foretoken/models';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codePrompts } from './code-prompts.js';
import { readPrompts } from './read-prompts.js';

const template =
  "{% for m in messages %}{% if m.content == 'no' %}{{ raise_exception('not that') }}{% endif %}{{ m.role[0] }}:{{ m.content }};{% endfor %}{% if add_generation_prompt %}a:{% endif %}";
const messages = (content: unknown, role = 'user'): object => ({ messages: [{ role, content }] });

let folder: string;
const inFolder = (name: string): string => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-prompts-'));
  const write = (name: string, written: Readonly<Record<string, string>>): Promise<void> =>
    writeGguf(
      inFolder(name),
      new Map(
        Object.entries({ 'general.architecture': 'llama', ...written }).map(([key, value]) => [
          key,
          { type: 'string', value },
        ]),
      ),
      [],
    );
  await write('chat.gguf', { 'tokenizer.chat_template': template });
  await write('base.gguf', {});
});
afterAll(() => rm(folder, { recursive: true }));

/** Reads a file with these lines; objects are written as JSON. */
async function read(lines: readonly (string | object)[], model = 'chat.gguf', chatTemplate?: string) {
  const file = inFolder('prompts');
  await writeFile(
    file,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return readPrompts({ prompts: file, chatTemplate }, inFolder(model));
}

it('takes texts in every form, and lines that are no JSON as they are', async () => {
  const texts = async (...lines: (string | object)[]): Promise<string[]> =>
    (await read(lines, 'base.gguf')).map(({ text, isChat }) => `${isChat}: ${text}`);
  const line = { prompt: 'a', kind: 'mine' };
  expect(await texts(line, { text: 'b' }, '', { turns: ['c', 'd'] })).toEqual(
    ['a', 'b', 'c'].map((text) => `false: ${text}`),
  );
  expect(await texts('say {}', '', '{"prompt": "b"}')).toEqual(['false: say {}', 'false: {"prompt": "b"}']);
  expect((await readPrompts({}, inFolder('base.gguf'))).map(({ text }) => text)).toEqual(codePrompts);
});

it("has messages written by the model's template, or by another, up to where the model answers", async () => {
  const conversation = {
    messages: [
      { role: 'developer', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'H' },
          { type: 'text', text: 'i' },
        ],
      },
      { role: 'assistant', content: 'Yes?', name: 'ignored' },
      { role: 'user', content: 'Go' },
    ],
  };
  expect(await read([conversation, { prompt: 'u:' }])).toEqual([
    { text: 's:Be brief.;u:Hi;a:Yes?;u:Go;a:', isChat: true },
    { text: 'u:', isChat: false },
  ]);
  const [chatml] = await read([messages('Hi')], 'base.gguf', 'chatml');
  expect(chatml?.text).toBe('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n');
});

it.each<[what: string, line: string | object, message: RegExp]>([
  ['no JSON', '{"prompt": "a"', /line 3 is not JSON/],
  // Regression: it failed as a bug, at a field of null.
  ['null', 'null', /line 3 is no JSON object/],
  ['no prompt', { turns: [] }, /line 3 has none of prompt, text, turns and messages/],
  ['a number', { prompt: 7 }, /line 3 has none of/],
  ['two prompts', { ...messages('Hi'), prompt: 'Hi' }, /line 3 has messages and another prompt/],
  ['no messages', { messages: [] }, /line 3: messages: /],
  ['messages that are a text', { messages: 'Hi' }, /line 3: messages: /],
  ['a tool', messages('Hi', 'tool'), /line 3: messages\.0\.role: give system, developer, user or assistant/],
  ['an image', messages([{ type: 'image_url' }]), /line 3: messages\.0\.content: give a text/],
  ['what the template refuses', messages('no'), /line 3: The chat template in .*chat\.gguf.*: not that/],
])('names the line of %s', async (_, line, message) => {
  // Regression: empty lines were not counted.
  await expect(read([{ prompt: 'a' }, '', line])).rejects.toThrow(message);
});

it('names a model without a template, and the first line with messages', async () => {
  await expect(read([{ prompt: 'a' }, messages('Hi')], 'base.gguf')).rejects.toThrow(
    /prompts, line 2 has messages\. .*base\.gguf brings no chat template.*--chat-template FILE/,
  );
});

it('names a template that writes nothing', async () => {
  await expect(read(['Hi'], 'chat.gguf', 'chatml')).rejects.toThrow(/--chat-template writes messages/);
});
