import { readFile } from 'node:fs/promises';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { createChatTemplate, encodeChat, readChatTemplate } from '@foretoken/models';

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

/**
 * User messages through the target's own chat template, tokenised once for all systems. In turns of the kinds, so that
 * the first few are some of each.
 */
export async function chatPrompts(set: PromptSet, target: string): Promise<ChatPrompt[]> {
  const file = new URL(`${set}-prompts.jsonl`, import.meta.url);
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  const messages = lines.map((line) => JSON.parse(line) as { kind: PromptKind; text: string });
  const { template, ...own } = await readChatTemplate(target);
  if (template === undefined) throw new Error(`${target} brings no chat template.`);
  const chat = createChatTemplate({ ...own, template });
  const model = await llamacppBackend.loadModel(target, { contextLength: 256, maximumSequences: 1 });
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
