import { InvalidArgumentError } from '@foretoken/core';
import type { ChatMessage } from '@foretoken/models';
import { z } from 'zod';
import { firstProblem } from './first-problem.js';

const textPart = z.object({
  type: z.literal('text', { error: 'only text parts are supported' }),
  text: z.string(),
});

const message = z
  .object({
    role: z.enum(['system', 'developer', 'user', 'assistant'], {
      error: 'give system, developer, user or assistant',
    }),
    content: z.union([z.string(), z.array(textPart).min(1)], {
      error: 'give a text, or a list of text parts',
    }),
  })
  .transform(
    ({ role, content }): ChatMessage => ({
      // The newer name of the same thing; templates know the older one.
      role: role === 'developer' ? 'system' : role,
      content: typeof content === 'string' ? content : content.map(({ text }) => text).join(''),
    }),
  );

/** The field `messages` of a chat, as chat templates read it. */
export const chatMessages = z.array(message).min(1);

const conversation = z.object({ messages: chatMessages });

/**
 * The messages of a conversation, as `POST /v1/chat/completions` takes them.
 *
 * @param value an object with `messages`; its other fields are ignored.
 * @throws InvalidArgumentError that names the first field that is wrong.
 */
export function readChatMessages(value: unknown): readonly ChatMessage[] {
  const { success, data, error } = conversation.safeParse(value);
  if (success) return data.messages;
  const { parameter, problem } = firstProblem(error);
  throw new InvalidArgumentError(`${parameter ?? 'The conversation'}: ${problem}`);
}
