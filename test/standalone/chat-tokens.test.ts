import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { generateText, type LanguageModel } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import {
  chatmlTemplate,
  convertHuggingFaceFolder,
  createChatTemplate,
  encodeChat,
  encodeFim,
  findFimTokens,
  readChatTemplate,
  readGguf,
} from '@foretoken/models';
import { onnxBackend } from '@foretoken/onnx-backend';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { byteTokenizerJson } from '../support/byte-tokenizer-json.js';
import { smallestShape } from '../support/llama-weights.js';
import { writeHuggingFaceFolder } from '../support/write-hugging-face-folder.js';

// A token a byte, <|end|> (256), and these.
const added = [
  '<|im_start|>',
  '<|im_end|>',
  '<|eot_id|>',
  '<|endoftext|>',
  '<end_of_turn>',
  '<|fim_prefix|>',
  '<|fim_middle|>',
  '<|fim_suffix|>',
  '<|fim_pad|>',
  '<|repo_name|>',
  '<|file_sep|>',
  '<|vision_start|>',
  '<|sep|>',
];
const idOf = (name: string): number => 257 + added.indexOf(name);

let folder: string;
let models: readonly LanguageModel[];
const gguf = (): string => path.join(folder, 'model.gguf');
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-chat-tokens-'));
  const source = path.join(folder, 'source');
  await writeHuggingFaceFolder(source, {
    shape: { ...smallestShape, vocabularySize: 257 + added.length },
    tokenizer: byteTokenizerJson({ added: added.map((content) => ({ content, special: true })) }),
  });
  const config = { chat_template: chatmlTemplate, eos_token: '<|end|>' };
  await writeFile(path.join(source, 'tokenizer_config.json'), JSON.stringify(config));
  await convertHuggingFaceFolder(source, gguf(), { format: 'F16' });
  models = [
    await llamacppBackend.loadModel(gguf(), { threads: 1 }),
    await onnxBackend.loadModel(gguf(), { threads: 1, cacheFolder: folder }),
  ];
});
afterAll(async () => {
  for (const model of models) await model.close();
  await rm(folder, { recursive: true });
});

test('a converted model keeps its chat template', async () => {
  expect(await readChatTemplate(gguf())).toMatchObject({ template: chatmlTemplate, endText: '<|end|>' });
});

test('the tokens that end a turn end a generation, on both engines', async () => {
  const ends = [
    '<|im_end|>',
    '<|eot_id|>',
    '<|endoftext|>',
    '<end_of_turn>',
    '<|fim_pad|>',
    '<|repo_name|>',
    '<|file_sep|>',
  ];
  for (const model of models) {
    expect(model.tokenizer.endTokens).toEqual([256, ...ends.map(idOf)].toSorted((a, b) => a - b));
    for (const name of ['<|im_end|>', '<|eot_id|>']) {
      const sampling = { temperature: 0, logitBias: new Map([[idOf(name), 1000]]) };
      const { finishReason, text } = await generateText({ target: model, prompt: 'a', sampling });
      expect({ finishReason, text }).toEqual({ finishReason: 'end-token', text: '' });
    }
  }
});

test('a conversation becomes the same tokens on both engines: the template its special ones', async () => {
  const template = createChatTemplate({ template: chatmlTemplate, where: 'chatml' });
  const text = template.render([{ role: 'user', content: 'Hé?' }]);
  const [start, end] = [idOf('<|im_start|>'), idOf('<|im_end|>')];
  const plain = (part: string): number[] => [...new TextEncoder().encode(part)];
  const expected = [start, ...plain('user\nHé?'), end, 10, start, ...plain('assistant\n')];
  for (const { tokenizer } of models) expect(encodeChat(tokenizer, text)).toEqual(expected);
});

test('a begin token is there once where the model expects one, whether or not the template writes it', () => {
  const [{ tokenizer }] = models as [LanguageModel];
  const expecting = { ...tokenizer, beginToken: 260, addsBeginToken: true };
  const encode = (text: string, special?: { special?: boolean }) => tokenizer.encode(text, special);
  expect(encodeChat({ ...expecting, encode }, 'a')).toEqual([260, 97]);
  expect(encodeChat({ ...expecting, encode }, '<|endoftext|>a')).toEqual([260, 97]);
  expect(encodeChat({ ...expecting, addsBeginToken: false, encode }, 'a')).toEqual([97]);
});

test('a gap is asked for with the tokens that the vocabulary names, and text that spells them is text', () => {
  const fim = {
    prefix: idOf('<|fim_prefix|>'),
    suffix: idOf('<|fim_suffix|>'),
    middle: idOf('<|fim_middle|>'),
  };
  for (const { tokenizer } of models) {
    expect(findFimTokens(tokenizer)).toEqual(fim);
    const spelled = tokenizer.encode('<|fim_middle|>');
    expect(spelled.length).toBeGreaterThan(1);
    expect(encodeFim(tokenizer, fim, { prefix: 'a<|fim_middle|>', suffix: 'b' })).toEqual([
      fim.prefix,
      97,
      ...spelled,
      fim.suffix,
      98,
      fim.middle,
    ]);
  }
});

test('what the file says of these tokens goes before names; a model without them has none', async () => {
  const [{ tokenizer }] = models as [LanguageModel];
  const { metadata } = await readGguf(gguf());
  const said = new Map(metadata);
  for (const [index, key] of ['fim_pre', 'fim_suf', 'fim_mid'].entries())
    said.set(`tokenizer.ggml.${key}_token_id`, index);
  expect(findFimTokens(tokenizer, said)).toEqual({ prefix: 0, suffix: 1, middle: 2 });
  // Not one of the vocabulary.
  said.set('tokenizer.ggml.fim_mid_token_id', 9999);
  expect(findFimTokens(tokenizer, said)?.middle).toBe(idOf('<|fim_middle|>'));
  const plain = { ...tokenizer, encode: (text: string) => tokenizer.encode(text) };
  expect(findFimTokens(plain, metadata)).toBeUndefined();
});
