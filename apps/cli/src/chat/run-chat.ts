import { ForetokenError, type GenerationEndEvent } from '@foretoken/core';
import { colours } from '../output/colours.js';
import { drafterFailureLine } from '../output/drafter-failure-line.js';
import { interrupted } from '../output/interrupt.js';
import { colourByOrigin } from '../output/origin-colours.js';
import { type Chat, endingNote, isCommand, runCommand } from './chat-commands.js';
import { answerLine } from './chat-statistics.js';
import { readMessage } from './read-message.js';

export interface ChatOutput {
  /** One JSON document a line for every message, in place of the text. */
  readonly json: boolean;
  /** Colours by what a token came from, and what drafting brought, after every answer. */
  readonly showSpeculation: boolean;
  /** Whether the answers have another distribution than the target's; the JSON says it. */
  readonly lossy: boolean;
}

const failure = 1;

/**
 * Answers messages and runs commands until the input ends. What goes wrong with one message is said, and the chat goes
 * on.
 *
 * @returns the exit code: without a terminal, 1 where a message was not answered, 130 where an answer was interrupted.
 */
export async function runChat(chat: Chat, output: ChatOutput): Promise<number> {
  const { port } = chat;
  let code = 0;
  for (;;) {
    const message = await readMessage(port);
    if (message === undefined) return code;
    if (message.trim() === '') continue;
    try {
      if (isCommand(message)) {
        if (await runCommand(chat, message)) return code;
        continue;
      }
      const { finishReason } = await answer(chat, output, message);
      if (finishReason === 'cancelled' && !port.isTerminal) return interrupted;
    } catch (error) {
      const text = refusal(error);
      if (output.json) writeJson(chat, { message, error: { name: (error as Error).name, message: text } });
      port.note(colours.yellow(text));
      if (!port.isTerminal) code = failure;
    }
  }
}

async function answer(
  chat: Chat,
  { json, showSpeculation, lossy }: ChatOutput,
  message: string,
): Promise<GenerationEndEvent> {
  const { conversation, statistics, port } = chat;
  let text = '';
  const end = await port.interruptible(async (signal) => {
    let last: GenerationEndEvent | undefined;
    for await (const event of conversation.answer(message, signal)) {
      if (event.type === 'token-committed') {
        text += event.text;
        if (!json) port.write(showSpeculation ? colourByOrigin(event) : event.text);
      } else if (event.type === 'drafter-failed') {
        port.note(colours.yellow(drafterFailureLine(event)));
      } else if (event.type === 'generation-end') {
        text += event.text;
        if (!json) port.write(`${event.text}\n`);
        last = event;
      }
    }
    return last as GenerationEndEvent;
  });
  const { counters, finishReason, tokens } = end;
  statistics.add(counters);
  if (json) writeJson(chat, { message, answer: text, finishReason, lossy, counters });
  if (tokens.length > 0) await keepOutput(chat, tokens);
  const ending = endingNote(finishReason, conversation.models.target.contextLength);
  if (ending !== undefined) port.note(ending);
  if (showSpeculation) port.note(answerLine([counters]));
  return end;
}

/** The answer is there, whether or not what it teaches can be kept. */
async function keepOutput(chat: Chat, tokens: readonly number[]): Promise<void> {
  try {
    await chat.keepOutput(tokens);
  } catch (error) {
    if (!ForetokenError.isInstance(error)) throw error;
    chat.port.note(colours.yellow(error.message));
  }
}

function writeJson({ port }: Chat, value: unknown): void {
  port.write(`${JSON.stringify(value)}\n`);
}

/** What a person is told. @throws anything that is no error of ours. */
function refusal(error: unknown): string {
  if (error instanceof Error && error.name === 'AbortError') return 'Stopped.';
  if (!ForetokenError.isInstance(error)) throw error;
  return error.message;
}
