import { type ChatMessage, encodeChat } from '@foretoken/models';
import { refusing, RefusedRequestError } from '../http/refused-request-error.js';
import type { ServedModel } from '../served-model.js';
import type { ChatBody } from './chat-body.js';

/**
 * Token ids of a conversation, as the model's template writes it.
 *
 * @throws RefusedRequestError where the model has no template, or its template does not take the messages.
 */
export function chatPrompt({ target, chatTemplate }: ServedModel, { messages }: ChatBody): readonly number[] {
  if (chatTemplate === undefined) {
    throw new RefusedRequestError(
      `${target.name} brings no chat template: it continues text, and does not say how messages are to be written. Ask /v1/completions, or start the server with --chat-template.`,
      { status: 400, parameter: 'messages' },
    );
  }
  return refusing('messages', () =>
    encodeChat(target.tokenizer, chatTemplate.render(messages.map(asWritten))),
  );
}

function asWritten({ role, content }: ChatBody['messages'][number]): ChatMessage {
  return {
    // The newer name of the same thing; templates know the older one.
    role: role === 'developer' ? 'system' : role,
    content: typeof content === 'string' ? content : content.map(({ text }) => text).join(''),
  };
}
