import { readFile, writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from '@foretoken/core';
import type { ChatMessage } from '@foretoken/models';

const roles: readonly unknown[] = ['system', 'user', 'assistant'];

/**
 * Writes a conversation as JSON.
 *
 * @param replace true where a file that is there may be replaced.
 * @throws InvalidArgumentError where it cannot be written.
 */
export async function saveChat(
  file: string,
  model: string,
  messages: readonly ChatMessage[],
  replace: boolean,
): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify({ model, messages }, null, 2)}\n`, {
      flag: replace ? 'w' : 'wx',
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidArgumentError(
      code === 'EEXIST'
        ? `${file} is there already, and is not replaced: give another name.`
        : `${file} cannot be written (${code}).`,
      { cause: error },
    );
  }
}

/**
 * The messages of a conversation that was saved: an object with `messages`, or these alone.
 *
 * @throws InvalidArgumentError for anything else.
 */
export async function loadChat(file: string): Promise<ChatMessage[]> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidArgumentError(
      code === undefined ? `${file} is not JSON: ${String(error)}` : `${file} cannot be read (${code}).`,
      { cause: error },
    );
  }
  const messages = Array.isArray(value) ? value : (value as { messages?: unknown } | null)?.messages;
  if (!Array.isArray(messages)) throw new InvalidArgumentError(`${file} has no list of messages.`);
  return messages.map((message: unknown, index) => {
    const { role, content } = (message ?? {}) as Record<string, unknown>;
    if (!roles.includes(role) || typeof content !== 'string' || (role === 'system' && index > 0)) {
      throw new InvalidArgumentError(
        `${file}: message ${index + 1} needs a role (system, only of the first; user; assistant) and a text as content.`,
      );
    }
    return { role: role as ChatMessage['role'], content };
  });
}
