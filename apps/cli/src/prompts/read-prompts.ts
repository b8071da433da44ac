import { InvalidArgumentError, UnsupportedError } from '@foretoken/core';
import type { ChatTemplate } from '@foretoken/models';
import { findTemplate } from '../chat/find-template.js';
import { codePrompts } from './code-prompts.js';
import type { Prompt } from './prompt.js';
import { namingLine, type PromptLine, readPromptFile } from './prompt-file.js';

const builtIn: readonly PromptLine[] = codePrompts.map((prompt) => ({ where: 'built in', prompt }));

/** What a command's options say of its prompts. */
interface PromptSelection {
  readonly prompts?: string | undefined;
  /** A file of Jinja, or "chatml", in place of the model's own template. */
  readonly chatTemplate?: string | undefined;
}

/**
 * The prompts of a file as they are written for a model, messages by its chat template as `chat` and `serve` have them
 * written; without a file those that are built in.
 *
 * @param model as `--model` names it.
 * @throws as `readPromptFile`; UnsupportedError with the line where messages are given to a model without a template;
 *   InvalidArgumentError with the line where the template does not take them; what `findTemplate` throws.
 */
export async function readPrompts(
  { prompts: file, chatTemplate }: PromptSelection,
  model: string,
): Promise<Prompt[]> {
  const lines = file === undefined ? builtIn : await readPromptFile(file);
  const prompts: Prompt[] = [];
  let template: ChatTemplate | undefined;
  for (const { where, prompt } of lines) {
    if (typeof prompt === 'string') {
      prompts.push({ text: prompt, isChat: false });
      continue;
    }
    const chat = (template ??= await templateFor(where, model, chatTemplate));
    prompts.push({ text: namingLine(where, () => chat.render(prompt)), isChat: true });
  }
  if (chatTemplate !== undefined && template === undefined)
    throw new InvalidArgumentError('--chat-template writes messages: give --prompts a file that has some.');
  return prompts;
}

async function templateFor(where: string, model: string, named: string | undefined): Promise<ChatTemplate> {
  try {
    return await findTemplate(model, named);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    throw new UnsupportedError(`${where} has messages. ${error.message}`, { cause: error });
  }
}
