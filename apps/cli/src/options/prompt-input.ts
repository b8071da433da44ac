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

export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      cause: error,
    });
  }
}
