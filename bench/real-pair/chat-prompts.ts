import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { type ChatMessage, createChatTemplate, encodeChat, readChatTemplate } from '@foretoken/models';
import { conditions } from './conditions.js';

export const promptKinds = ['edit', 'code', 'chat', 'text'] as const;
export type PromptKind = (typeof promptKinds)[number];

export interface ChatPrompt {
  /** By its kind and its place among those of it, such as "edit-2". */
  readonly id: string;
  readonly kind: PromptKind;
  /** Of the user's message as the model's own template writes it. */
  readonly tokens: readonly number[];
}

/** The prompts that are measured, and those on which profiles are made: no prompt is both. */
export type PromptSet = 'measured' | 'profiled';

const cacheFolder = new URL('../.cache/', import.meta.url);

interface Line {
  readonly kind: PromptKind;
  readonly messages: readonly ChatMessage[];
}

/** Of a set, as `--prompts` takes it: in turns of the kinds, so that the first few are some of each. */
export function promptFile(set: PromptSet): string {
  return fileURLToPath(new URL(`${set}-prompts.jsonl`, import.meta.url));
}

/**
 * The messages of a set through the target's own chat template, tokenised once for all systems. They are kept in
 * bench/.cache, since loading a model takes seconds.
 */
export async function chatPrompts(set: PromptSet, target: string): Promise<ChatPrompt[]> {
  const text = await readFile(promptFile(set), 'utf8');
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

async function encodePrompts(text: string, target: string): Promise<ChatPrompt[]> {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const { template, ...own } = await readChatTemplate(target);
  if (template === undefined) throw new Error(`${target} brings no chat template.`);
  const chat = createChatTemplate({ ...own, template });
  const { threads } = conditions;
  const model = await llamacppBackend.loadModel(target, { threads, contextLength: 256, maximumSequences: 1 });
  try {
    return lines.map(({ kind, messages }, index) => {
      const place = lines.slice(0, index + 1).filter((line) => line.kind === kind).length;
      return { id: `${kind}-${place}`, kind, tokens: encodeChat(model.tokenizer, chat.render(messages)) };
    });
  } finally {
    await model.close();
  }
}
