import {
  compareGreedy,
  createModelDrafter,
  createPrefixCache,
  type GenerationEndEvent,
  generateText,
  type LanguageModel,
} from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import {
  type ChatMessage,
  type ChatTemplateText,
  createChatTemplate,
  encodeChat,
  encodeFim,
  findFimTokens,
  readChatTemplate,
  readGguf,
} from '@foretoken/models';
import { describe, expect, test } from 'vitest';
import { missing, realModels } from './real-models.js';

const question: ChatMessage = { role: 'user', content: 'Two plus two?\n  Please.' };
const system: ChatMessage = { role: 'system', content: 'Be brief.' };
const conversation: readonly ChatMessage[] = [
  question,
  { role: 'assistant', content: '4' },
  { role: 'user', content: 'And "three" & <four>?' },
];

const asked = `<|im_start|>user
Two plus two?
  Please.<|im_end|>
<|im_start|>assistant
`;
const goneOn = `${asked}4<|im_end|>
<|im_start|>user
And "three" & <four>?<|im_end|>
<|im_start|>assistant
`;
const ownSystem = `<|im_start|>system
Be brief.<|im_end|>
`;

describe.each([
  [realModels.draft, 'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.', '<|endoftext|>'],
  [
    realModels.target,
    'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.',
    '<|endoftext|>',
  ],
  [
    realModels.foreign,
    'You are a helpful AI assistant named SmolLM, trained by Hugging Face',
    '<|im_start|>',
  ],
])('the template of %s', (file, theirSystem, beginText) => {
  test('writes ChatML, with a system prompt of its own where none is given', async ({ skip }) => {
    skip(missing(file) !== undefined, missing(file));
    const own = await readChatTemplate(file);
    expect(own).toMatchObject({ beginText, endText: '<|im_end|>' });
    const { render } = createChatTemplate(own as ChatTemplateText);
    const theirs = `<|im_start|>system\n${theirSystem}<|im_end|>\n`;
    expect(render([question])).toBe(theirs + asked);
    expect(render([system, question])).toBe(ownSystem + asked);
    expect(render([system, ...conversation])).toBe(ownSystem + goneOn);
    expect(render(conversation)).toBe(theirs + goneOn);
  });
});

test('a real pair keeps what it has read of a conversation, and its turns end with the end of a turn', async ({
  skip,
}) => {
  const absent = missing(realModels.target) ?? missing(realModels.draft);
  skip(absent !== undefined, absent);
  const target = await llamacppBackend.loadModel(realModels.target, { contextLength: 1024, threads: 1 });
  const draft = await llamacppBackend.loadModel(realModels.draft, { contextLength: 1024, threads: 1 });
  const { render } = createChatTemplate((await readChatTemplate(realModels.target)) as ChatTemplateText);
  const drafter = createModelDrafter({ model: draft, target });
  const cache = createPrefixCache(target);
  const shared = { draftLength: 3, maximumTokens: 48, sampling: { temperature: 0 } };
  const messages: ChatMessage[] = [{ role: 'system', content: 'Answer in one short sentence.' }];
  let held = 0;
  for (const content of ['What is the capital of France?', 'And of Italy?', 'Which is larger?']) {
    messages.push({ role: 'user', content });
    const prompt = encodeChat(target.tokenizer, render(messages));
    const end = await endOf(cache.generate({ ...shared, prompt, drafter }));
    const answer = target.tokenizer.decode(end.tokens);
    console.log(`${content} ${answer} (${end.counters.keptCount} of ${prompt.length} tokens kept)`);
    expect(end.finishReason).toBe('end-token');
    expect(target.tokenizer.encode('<|im_end|>', { special: true })).toEqual(end.tokens.slice(-1));
    // The template writes the answer as the model did: all of it was kept.
    expect(end.counters.keptCount).toBe(held);
    held = prompt.length + end.tokens.length - 1;

    const fresh = await generateText({ ...shared, target, prompt });
    const [first, ...rest] = prompt as [number, ...number[]];
    const difference = await compareGreedy(
      target,
      [first],
      [...rest, ...end.tokens],
      [...rest, ...fresh.tokens],
    );
    expect(difference?.cause ?? 'none').not.toBe('state');
    messages.push({ role: 'assistant', content: answer });
  }
  cache.close();
  for (const open of [drafter, draft, target] as readonly { close(): Promise<void> }[]) await open.close();
});

test('a code model fills a gap, and names its tokens as the file or the vocabulary does', async ({
  skip,
}) => {
  skip(missing(realModels.target) !== undefined, missing(realModels.target));
  const target: LanguageModel = await llamacppBackend.loadModel(realModels.target, {
    contextLength: 512,
    threads: 1,
  });
  const { tokenizer } = target;
  const { metadata } = await readGguf(realModels.target);
  const tokens = { prefix: 151_659, suffix: 151_661, middle: 151_660 };
  expect(findFimTokens(tokenizer, metadata)).toEqual(tokens);
  expect(findFimTokens(tokenizer)).toEqual(tokens);
  const gap = { prefix: 'def total(values):\n    result = 0\n', suffix: '\n    return result\n' };
  const prompt = encodeFim(tokenizer, tokens, gap);
  const { text } = await generateText({ target, prompt, sampling: { temperature: 0 }, maximumTokens: 32 });
  console.log(`${gap.prefix}[${text}]${gap.suffix}`);
  expect(text).toMatch(/for \w+ in values/);
  await target.close();
});

async function endOf(events: AsyncIterable<{ type: string }>): Promise<GenerationEndEvent> {
  for await (const event of events) if (event.type === 'generation-end') return event as GenerationEndEvent;
  throw new Error('there is no end');
}
