import { ForetokenError, InvalidArgumentError } from '@foretoken/core';
import type { ChatMessage } from '@foretoken/models';
import { readText } from '../options/prompt-input.js';

/** One line of a prompt file: a text that is continued, or messages that are answered. */
export interface PromptLine {
  /** Such as "prompts.jsonl, line 3". */
  readonly where: string;
  readonly prompt: string | readonly ChatMessage[];
}

/**
 * The prompts of a file: JSON Lines with `prompt`, `text`, `turns` (Spec-Bench's form, of which the first counts) or
 * `messages` (OpenAI's form), or one prompt a line.
 *
 * @throws InvalidArgumentError that names the line which is none of that.
 */
export async function readPromptFile(file: string): Promise<PromptLine[]> {
  const lines = (await readText(file))
    .split('\n')
    .map((prompt, index) => ({ where: `${file}, line ${index + 1}`, prompt }))
    .filter(({ prompt }) => prompt.trim() !== '');
  const [first] = lines;
  if (first === undefined) throw new InvalidArgumentError(`${file} has no prompts.`);
  if (!first.prompt.trimStart().startsWith('{')) return lines;
  // The server, whose form of messages this is, takes a while to load.
  const { readChatMessages } = await import('@foretoken/server');
  return lines.map(({ where, prompt: line }) => {
    const { messages, prompt, text, turns } = parseObject(line, where);
    const written: unknown = prompt ?? text ?? (Array.isArray(turns) ? turns[0] : undefined);
    if (messages === undefined || messages === null) {
      if (typeof written === 'string') return { where, prompt: written };
      throw new InvalidArgumentError(`${where} has none of prompt, text, turns and messages.`);
    }
    if (written !== undefined)
      throw new InvalidArgumentError(`${where} has messages and another prompt beside them: leave one out.`);
    return { where, prompt: namingLine(where, () => readChatMessages({ messages })) };
  });
}

function parseObject(line: string, where: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InvalidArgumentError(`${where} is not JSON: ${String(error)}`, { cause: error });
  }
  if (typeof value === 'object' && value !== null) return { ...value };
  throw new InvalidArgumentError(`${where} is no JSON object.`);
}

/** Runs what reads a line: errors of ours say which line it is. */
export function namingLine<Result>(where: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!ForetokenError.isInstance(error)) throw error;
    throw new InvalidArgumentError(`${where}: ${error.message}`, { cause: error });
  }
}
