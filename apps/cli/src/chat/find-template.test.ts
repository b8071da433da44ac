import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeGguf } from '@foretoken/models';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findTemplate } from './find-template.js';

let folder: string;
const inFolder = (name: string): string => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-template-'));
  const write = (name: string, template: string | undefined): Promise<void> =>
    writeGguf(
      inFolder(name),
      new Map([
        ['general.architecture', { type: 'string', value: 'llama' } as const],
        ['tokenizer.ggml.tokens', { type: 'string[]', value: ['<s>', '</s>'] } as const],
        ['tokenizer.ggml.eos_token_id', { type: 'uint32', value: 1 } as const],
        ...(template === undefined
          ? []
          : [['tokenizer.chat_template', { type: 'string', value: template } as const] as const]),
      ]),
      [],
    );
  await write('chat.gguf', 'its own{{ eos_token }}');
  await write('base.gguf', undefined);
  await write('broken.gguf', '{% for %}');
  await writeFile(inFolder('mine.jinja'), 'mine{{ eos_token }}');
  await writeFile(inFolder('broken.jinja'), '{{ messages');
});
afterAll(() => rm(folder, { recursive: true }));

it("is the model's own, a file's or ChatML, with the model's tokens", async () => {
  const render = async (model: string, named?: string): Promise<string> =>
    (await findTemplate(inFolder(model), named)).render([{ role: 'user', content: 'Hi' }]);
  expect(await render('chat.gguf')).toBe('its own</s>');
  expect(await render('chat.gguf', inFolder('mine.jinja'))).toBe('mine</s>');
  expect(await render('base.gguf', inFolder('mine.jinja'))).toBe('mine</s>');
  expect(await render('base.gguf', 'chatml')).toBe('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n');
  // A template that does not work does not stand in the way of another.
  expect(await render('broken.gguf', 'chatml')).toContain('Hi');
});

it.each<[what: string, model: string, named: string | undefined, message: RegExp]>([
  ['a model without one', 'base.gguf', undefined, /base\.gguf brings no chat template.*--chat-template FILE/],
  ['a template that is none', 'broken.gguf', undefined, /in .*broken\.gguf cannot be read.*--chat-template/],
  ['a file that is none', 'base.gguf', 'broken.jinja', /in .*broken\.jinja cannot be read/],
  ['a missing file', 'base.gguf', 'missing.jinja', /missing\.jinja cannot be read \(ENOENT\)/],
  ['a missing model', 'missing.gguf', undefined, /missing\.gguf: there is no such file/],
])('%s is named', async (_, model, named, message) => {
  const template = findTemplate(inFolder(model), named && inFolder(named));
  await expect(template).rejects.toThrow(message);
});

it('the embedded model says what it is for', async () => {
  await expect(findTemplate('embedded', undefined)).rejects.toThrow(
    /embedded model, which writes TypeScript, brings no chat template.*foretoken generate/,
  );
});
