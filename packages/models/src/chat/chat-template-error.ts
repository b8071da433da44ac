import { ForetokenError } from '@foretoken/core';

/** A chat template that cannot be read, or that refuses the messages. */
export class ChatTemplateError extends ForetokenError {
  override readonly name = 'ChatTemplateError';
}
