import { InvalidArgumentError } from '@foretoken/core';
import type { ChatPort } from './chat-port.js';
import type { ChatStatistics } from './chat-statistics.js';
import { type Conversation, type ConversationModels, roomAdvice } from './conversation.js';
import { saveChat } from './saved-chat.js';

/** What the commands of a chat work on. */
export interface Chat {
  readonly conversation: Conversation;
  readonly statistics: ChatStatistics;
  readonly port: ChatPort;
  /** Files that this chat has written, and may write again. */
  readonly savedFiles: Set<string>;
  /**
   * Lets other models answer and closes the present ones; where the others cannot be opened, these stay.
   *
   * @param draft as `--draft` names it; undefined: its default.
   */
  readonly switchModels: (model: string, draft: string | undefined) => Promise<void>;
  /** Keeps the tokens of an answer for later runs, where that was asked for. */
  readonly keepOutput: (tokens: readonly number[]) => Promise<void>;
}

interface ChatCommand {
  readonly usage: string;
  readonly does: string;
  /** @returns true where the chat ends. */
  run(chat: Chat, argument: string): Promise<boolean | void> | boolean | void;
}

const help: ChatCommand = {
  usage: '/help',
  does: 'lists the commands',
  run({ port }) {
    const width = Math.max(...listed.map(({ usage }) => usage.length));
    for (const { usage, does } of listed) port.note(`${usage.padEnd(width)}  ${does}`);
    port.note('A line that ends with \\ goes on in the next one. Ctrl-C stops an answer.');
    port.note('A message that begins with a slash is sent with a space before it.');
  },
};

const clear: ChatCommand = {
  usage: '/clear',
  does: 'begins anew; the system prompt stays',
  run({ conversation, statistics, port }) {
    conversation.begin();
    statistics.clear();
    port.note('A new conversation.');
  },
};

const system: ChatCommand = {
  usage: '/system [TEXT|off]',
  does: 'shows, sets or removes the system prompt',
  run({ conversation, port }, argument) {
    if (argument !== '') conversation.system = argument === 'off' ? undefined : argument;
    const { system: text } = conversation;
    port.note(
      text === undefined
        ? "No system prompt (the model's template may bring one)."
        : `System prompt: ${text}`,
    );
  },
};

function structureCommand(name: 'grammar' | 'json-schema', what: string): ChatCommand {
  const option = name === 'grammar' ? 'grammar' : 'jsonSchema';
  return {
    usage: `/${name} [FILE|off]`,
    does: `shows, sets or removes the ${what} that answers must follow`,
    async run({ conversation, port }, argument) {
      if (argument !== '') await conversation.setStructure(argument === 'off' ? {} : { [option]: argument });
      const { structure } = conversation;
      const given = structure.jsonSchema ?? structure.grammar;
      const kind = structure.jsonSchema === undefined ? 'grammar' : 'JSON schema';
      port.note(given === undefined ? 'Answers may be any text.' : `Answers follow the ${kind} ${given}.`);
    },
  };
}

const grammar = structureCommand('grammar', 'GBNF grammar');
const jsonSchema = structureCommand('json-schema', 'JSON schema');

const save: ChatCommand = {
  usage: '/save FILE',
  does: 'writes the conversation as JSON; foretoken chat --load FILE goes on with it',
  async run({ conversation, savedFiles, port }, file) {
    if (file === '') throw new InvalidArgumentError('/save needs the name of a file: /save chat.json.');
    const { messages, models } = conversation;
    await saveChat(file, models.target.name, messages, savedFiles.has(file));
    savedFiles.add(file);
    port.note(`${messages.length} messages are in ${file}.`);
  },
};

const stats: ChatCommand = {
  usage: '/stats',
  does: 'shows speed, accepted draft tokens and how full the context is',
  run({ conversation, statistics, port }) {
    const { heldCount, models } = conversation;
    for (const line of statistics.lines(heldCount, models.target.contextLength)) port.note(line);
  },
};

const model: ChatCommand = {
  usage: '/model [FILE [DRAFT]]',
  does: 'shows the models, or goes on with another target and what drafts for it',
  async run({ conversation, switchModels, port }, argument) {
    // Names with blanks stand in quotes.
    const words = Array.from(argument.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g), ([, ...forms]) =>
      forms.find((form) => form !== undefined),
    );
    const [file, draft, ...more] = words;
    if (more.length > 0)
      throw new InvalidArgumentError(
        '/model takes a target and what drafts for it: /model big.gguf small.gguf.',
      );
    if (file !== undefined) await switchModels(file, draft);
    for (const line of modelLines(conversation.models)) port.note(line);
  },
};

const exit: ChatCommand = { usage: '/exit', does: 'ends the chat', run: () => true };

const listed: readonly ChatCommand[] = [clear, system, grammar, jsonSchema, save, stats, model, help, exit];
const commands: ReadonlyMap<string, ChatCommand> = new Map(
  Object.entries({
    help,
    clear,
    system,
    grammar,
    'json-schema': jsonSchema,
    save,
    stats,
    model,
    exit,
    quit: exit,
    bye: exit,
  }),
);

export function isCommand(message: string): boolean {
  return message.startsWith('/');
}

/** @returns true where the chat ends. @throws InvalidArgumentError where there is no such command; what it throws. */
export async function runCommand(chat: Chat, message: string): Promise<boolean> {
  const [, name = '', argument = ''] = /^\/(\S*)\s*([^]*)$/.exec(message) ?? [];
  const command = commands.get(name.toLowerCase());
  if (command === undefined) {
    throw new InvalidArgumentError(
      `There is no command /${name}: /help lists them. A message that begins with a slash is sent with a space before it.`,
    );
  }
  return (await command.run(chat, argument.trim())) === true;
}

/** What answers, and what drafts. */
export function modelLines({ target, drafter }: ConversationModels): string[] {
  const { name, contextLength, capabilities } = target;
  return [
    `${name} (${capabilities.weightFormat}, ${capabilities.engine}) answers in a context of ${contextLength} tokens.`,
    drafter === undefined ? 'Nothing drafts (--draft FILE).' : `${drafter.name} drafts.`,
  ];
}

/** Why an answer ended before the model ended it; undefined where it did. */
export function endingNote(finishReason: string, contextLength: number): string | undefined {
  if (finishReason === 'cancelled') return 'Stopped.';
  if (finishReason === 'maximum-tokens') return 'The answer ends here by --max-tokens.';
  if (finishReason !== 'context-full') return undefined;
  return `The context of ${contextLength} tokens is full, and the answer ends here. ${roomAdvice}`;
}
