import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TypedValue } from '../gguf/value-types.js';
import { writeGguf } from '../gguf/write-gguf.js';
import { readChatTemplate } from './read-chat-template.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'foretoken-chat-template-'));
});
afterAll(() => rm(root, { recursive: true }));

let count = 0;
async function folderWith(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = path.join(root, `model-${count++}`);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

async function ggufWith(metadata: Readonly<Record<string, TypedValue>>): Promise<string> {
  const file = path.join(root, `model-${count++}.gguf`);
  await writeGguf(file, new Map(Object.entries(metadata)), []);
  return file;
}

const tokens: TypedValue = { type: 'string[]', value: ['a', '<s>', '</s>'] };

test('a GGUF file has it in its metadata, with the texts of its first and last token', async () => {
  const file = await ggufWith({
    'tokenizer.chat_template': { type: 'string', value: 'hello' },
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.bos_token_id': { type: 'uint32', value: 1 },
    'tokenizer.ggml.eos_token_id': { type: 'uint32', value: 2 },
  });
  expect(await readChatTemplate(file)).toEqual({
    template: 'hello',
    where: file,
    beginText: '<s>',
    endText: '</s>',
  });
});

test('a model may have none, and no such tokens', async () => {
  const file = await ggufWith({
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.bos_token_id': { type: 'uint32', value: 7 },
  });
  const nothing = { template: undefined, beginText: undefined, endText: undefined };
  expect(await readChatTemplate(file)).toMatchObject(nothing);
  expect(await readChatTemplate(await folderWith({ 'config.json': {} }))).toMatchObject(nothing);
  const folder = await folderWith({ 'tokenizer_config.json': { chat_template: null, bos_token: null } });
  expect(await readChatTemplate(folder)).toMatchObject(nothing);
});

test.each<[string, Record<string, unknown>, string]>([
  ['a text', { 'tokenizer_config.json': { chat_template: 'A' } }, 'A'],
  [
    'the default of several',
    {
      'tokenizer_config.json': {
        chat_template: [
          { name: 'tool_use', template: 'B' },
          { name: 'default', template: 'A' },
        ],
      },
    },
    'A',
  ],
  ['a file of its own', { 'chat_template.jinja': 'A', 'tokenizer_config.json': { chat_template: 'B' } }, 'A'],
  [
    'a JSON file of its own',
    { 'chat_template.json': { chat_template: 'A' }, 'tokenizer_config.json': { chat_template: 'B' } },
    'A',
  ],
])('a folder may have it as %s', async (_, files, template) => {
  expect(await readChatTemplate(await folderWith(files))).toMatchObject({ template });
});

test('beside an exported graph, and tokens that are written as objects', async () => {
  const config = { chat_template: 'A', bos_token: { content: '<s>', lstrip: false }, eos_token: '</s>' };
  const folder = await folderWith({
    'tokenizer_config.json': config,
    'onnx/model.onnx': '',
    'model.onnx': '',
  });
  for (const source of [folder, path.join(folder, 'model.onnx'), path.join(folder, 'onnx', 'model.onnx')])
    expect(await readChatTemplate(source)).toMatchObject({
      template: 'A',
      beginText: '<s>',
      endText: '</s>',
    });
});

test.each([
  { chat_template: 7 },
  { chat_template: [{ name: 'tool_use', template: 'B' }] },
  { chat_template: {} },
])('what is no template is named: %j', async (config) => {
  const folder = await folderWith({ 'tokenizer_config.json': config });
  await expect(readChatTemplate(folder)).rejects.toThrow(/tokenizer_config\.json is no chat template/);
});

test('a file that is not JSON is named', async () => {
  const folder = await folderWith({ 'tokenizer_config.json': '{' });
  await expect(readChatTemplate(folder)).rejects.toThrow(/tokenizer_config\.json is not JSON/);
});
