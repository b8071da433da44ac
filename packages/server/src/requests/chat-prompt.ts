import { encodeChat } from '@foretoken/models';
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
  return refusing('messages', () => encodeChat(target.tokenizer, chatTemplate.render(messages)));
}
