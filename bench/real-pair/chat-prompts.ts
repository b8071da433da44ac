import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { createChatTemplate, encodeChat, readChatTemplate } from '@foretoken/models';
import { conditions } from './conditions.js';

export const promptKinds = ['edit', 'code', 'chat', 'text'] as const;
export type PromptKind = (typeof promptKinds)[number];

export interface ChatPrompt {
  /** By its kind and its place in the file, such as "edit-2". */
  readonly id: string;
  readonly kind: PromptKind;
  /** The user's message as the model's own template writes it. */
  readonly text: string;
  readonly tokens: readonly number[];
}

/** The prompts that are measured, and those on which profiles are made: no prompt is both. */
export type PromptSet = 'measured' | 'profiled';

const cacheFolder = new URL('../.cache/', import.meta.url);

/**
 * User messages through the target's own chat template, tokenised once for all systems. In turns of the kinds, so that
 * the first few are some of each. They are kept in bench/.cache, since loading a model takes seconds.
 */
export async function chatPrompts(set: PromptSet, target: string): Promise<ChatPrompt[]> {
  const text = await readFile(new URL(`${set}-prompts.jsonl`, import.meta.url), 'utf8');
  const hash = createHash('sha256')
    .update(`${path.basename(target)} ${statSync(target).size} ${text}`)
    .digest('hex')
    .slice(0, 16);
  const file = new URL(`real-pair-prompts-${hash}.json`, cacheFolder);
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as ChatPrompt[];
  const prompts = await encodePrompts(text, target);
  await mkdir(cacheFolder, { recursive: true });
  await writeFile(file, JSON.stringify(prompts));
  return prompts;
}

async function encodePrompts(lines: string, target: string): Promise<ChatPrompt[]> {
  const messages = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { kind: PromptKind; text: string });
  const { template, ...own } = await readChatTemplate(target);
  if (template === undefined) throw new Error(`${target} brings no chat template.`);
  const chat = createChatTemplate({ ...own, template });
  const { threads } = conditions;
  const model = await llamacppBackend.loadModel(target, { threads, contextLength: 256, maximumSequences: 1 });
  try {
    const byKind = promptKinds.map((kind) =>
      messages
        .filter((message) => message.kind === kind)
        .map((message, index): ChatPrompt => {
          const text = chat.render([{ role: 'user', content: message.text }]);
          return { id: `${kind}-${index + 1}`, kind, text, tokens: encodeChat(model.tokenizer, text) };
        }),
    );
    const most = Math.max(...byKind.map((prompts) => prompts.length));
    return Array.from({ length: most }, (_, index) =>
      byKind.flatMap((prompts) => prompts.slice(index, index + 1)),
    ).flat();
  } finally {
    await model.close();
  }
}
