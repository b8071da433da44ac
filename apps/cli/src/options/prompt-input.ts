import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { InvalidArgumentError } from '@foretoken/core';

/** The prompt: the argument, a file, or standard input. */
export async function readPrompt(argument: string | undefined, file: string | undefined): Promise<string> {
  if (argument !== undefined && file !== undefined) {
    throw new InvalidArgumentError('Give the prompt as an argument or by --file, not both.');
  }
  if (argument !== undefined) return argument;
  if (file !== undefined) return readText(file);
  if (process.stdin.isTTY) {
    throw new InvalidArgumentError(
      'There is no prompt: give it as an argument, by --file FILE, or on standard input.',
    );
  }
  return text(process.stdin);
}

/** Prompts from a file: JSON Lines with `prompt`, `text` or `turns`, or one prompt a line. */
export async function readPrompts(file: string): Promise<string[]> {
  const lines = (await readText(file)).split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new InvalidArgumentError(`${file} has no prompts.`);
  if (!lines[0]?.trimStart().startsWith('{')) return lines;
  return lines.map((line, index) => {
    let entry: Record<string, unknown>;
    try {
      entry = JSON.parse(line) as Record<string, unknown>;
    } catch (error) {
      throw new InvalidArgumentError(`${file}, line ${index + 1} is not JSON: ${String(error)}`);
    }
    const turns = entry['turns'];
    const prompt = entry['prompt'] ?? entry['text'] ?? (Array.isArray(turns) ? turns[0] : undefined);
    if (typeof prompt !== 'string') {
      throw new InvalidArgumentError(`${file}, line ${index + 1} has none of prompt, text and turns.`);
    }
    return prompt;
  });
}

export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      cause: error,
    });
  }
}
