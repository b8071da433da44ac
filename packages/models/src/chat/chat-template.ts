import { Template } from '@huggingface/jinja';
import type { ChatMessage } from './chat-message.js';
import { ChatTemplateError } from './chat-template-error.js';

/** How a model wants conversations written. */
export interface ChatTemplateText {
  /** Jinja, as Hugging Face's tokenizers carry it. */
  readonly template: string;
  /** Where it stands, for messages. */
  readonly where: string;
  /** Text of the token that begins a text, where the model has one: `bos_token` in the template. */
  readonly beginText?: string | undefined;
  /** Text of the token that ends a text, where the model has one: `eos_token` in the template. */
  readonly endText?: string | undefined;
}

export interface ChatTemplate {
  /** Where it stands. */
  readonly where: string;
  /**
   * The conversation as one text that ends where the model is to answer.
   *
   * @throws ChatTemplateError where the template refuses these messages or does not work.
   */
  readonly render: (messages: readonly ChatMessage[]) => string;
}

/**
 * Reads a chat template. It is given what Hugging Face's `apply_chat_template` gives: messages, bos_token, eos_token,
 * add_generation_prompt (true), tools and documents (none), raise_exception and strftime_now.
 *
 * @throws ChatTemplateError where it is no Jinja.
 */
export function createChatTemplate({ template, where, beginText, endText }: ChatTemplateText): ChatTemplate {
  const parsed = attempt(() => new Template(template), `The chat template in ${where} cannot be read`);
  const given = {
    add_generation_prompt: true,
    tools: null,
    documents: null,
    ...(beginText === undefined ? {} : { bos_token: beginText }),
    ...(endText === undefined ? {} : { eos_token: endText }),
  };
  return {
    where,
    render: (messages) =>
      attempt(
        () => parsed.render({ ...given, messages: messages.map((message) => ({ ...message })) }),
        `The chat template in ${where} does not take these messages (${messages.map(({ role }) => role).join(', ')})`,
      ),
  };
}

function attempt<Result>(work: () => Result, what: string): Result {
  try {
    return work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ChatTemplateError(
      `${what}: ${reason.replace(/[\s.]+$/, '')}. Give another template in its place (--chat-template FILE, or chatml), or continue plain text (foretoken generate), which needs none.`,
      { cause: error },
    );
  }
}
