import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  createForcedTokenDrafter,
  createPromptLookupDrafter,
  type Drafter,
  InvalidArgumentError,
} from '@foretoken/core';
import { createTableModel } from '@foretoken/core/testing';
import { createChatTemplate } from '@foretoken/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from './chat-commands.js';
import type { ChatPort } from './chat-port.js';
import { ChatStatistics } from './chat-statistics.js';
import { type AnswerSettings, Conversation, type ConversationModels } from './conversation.js';
import { runChat } from './run-chat.js';
import { loadChat } from './saved-chat.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-chat-'));
});
afterAll(() => rm(folder, { recursive: true }));

const end = 0;
const vocabularySize = 256;

/**
 * Answers the n-th message with `replies[n - 1]`, the last of them again and again, and with anything else only where a
 * grammar wants it (one token in 4 million otherwise); a token is a byte.
 */
function createTarget(replies: readonly string[], contextLength = 256) {
  return createTableModel({
    vocabularySize,
    contextLength,
    endTokens: [end],
    tokenBytes: (token) => (token === end ? new Uint8Array() : Uint8Array.of(token)),
    law: (history) => {
      const text = String.fromCharCode(...history);
      const asked = text.split('U:').length - 1;
      const reply = replies[Math.min(asked, replies.length) - 1] ?? '';
      const said = text.slice(text.lastIndexOf('A:') + 2).length;
      const token = said < reply.length ? reply.charCodeAt(said) : end;
      const probabilities = new Float64Array(vocabularySize).fill(1e-9);
      probabilities[token] = 1 - (vocabularySize - 1) * 1e-9;
      return { tokens: undefined, probabilities };
    },
  });
}

const template = createChatTemplate({
  where: 'the test',
  template: `{% for message in messages %}{% if message.content == 'refused' %}{{ raise_exception('not that') }}{% endif %}{{ message.role[0] | upper }}:{{ message.content }};{% endfor %}A:`,
});

class TestPort implements ChatPort {
  readonly isTerminal: boolean;
  readonly notes: string[] = [];
  written = '';
  readonly #lines: string[];
  /** Characters of an answer after which it is interrupted. */
  readonly #interruptAfter: number;
  #controller: AbortController | undefined;

  constructor(
    lines: readonly string[],
    { isTerminal = false, interruptAfter = Number.POSITIVE_INFINITY } = {},
  ) {
    this.#lines = [...lines];
    this.isTerminal = isTerminal;
    this.#interruptAfter = interruptAfter;
  }

  async readLine(): Promise<string | undefined> {
    return this.#lines.shift();
  }

  write(text: string): void {
    this.written += text;
    if (this.written.length >= this.#interruptAfter) this.#controller?.abort();
  }

  note(line: string): void {
    this.notes.push(line);
  }

  async interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    this.#controller = new AbortController();
    if (this.#interruptAfter === 0) this.#controller.abort();
    return work(this.#controller.signal);
  }
}

interface TestChat {
  readonly port: TestPort;
  readonly chat: Chat;
  readonly conversation: Conversation;
  readonly run: (json?: boolean) => Promise<number>;
}

function chatWith(
  port: TestPort,
  models: Partial<ConversationModels> = {},
  settings: AnswerSettings = {},
): TestChat {
  const conversation = new Conversation(
    {
      target: createTarget(['one', 'two']),
      drafter: undefined,
      structuredDrafter: models.drafter && createForcedTokenDrafter({ inner: models.drafter }),
      template,
      draftLength: 4,
      ...models,
    },
    settings,
  );
  const chat: Chat = {
    conversation,
    port,
    statistics: new ChatStatistics(),
    savedFiles: new Set(),
    async switchModels(model) {
      if (model !== 'other.gguf') throw new InvalidArgumentError(`${model}: there is no such file.`);
      await conversation.answerWith({
        ...conversation.models,
        target: createTarget(['other']),
        drafter: undefined,
        structuredDrafter: undefined,
      });
    },
    async keepOutput() {},
  };
  return {
    port,
    chat,
    conversation,
    run: (json = false) => runChat(chat, { json, showSpeculation: false, lossy: false }),
  };
}

const said = (...contents: readonly string[]) =>
  contents.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));

describe('a chat', () => {
  it('answers a message a line, each knowing what was said before, and reads only what is new', async () => {
    const port = new TestPort(['first', '', 'second']);
    const { run, conversation, chat } = chatWith(port);
    expect(await run()).toBe(0);
    expect(port.written).toBe('one\ntwo\n');
    expect(conversation.messages).toEqual(said('first', 'one', 'second', 'two'));
    // The answer and its end token: the end is not in the template, and so is read again as what stands there.
    const held = 'U:first;A:one'.length;
    expect(chat.statistics.lines(0, 256)[1]).toContain(`${held} of them kept`);
  });

  it('writes a JSON document a line where that is asked for', async () => {
    const port = new TestPort(['first', 'refused', 'second']);
    expect(await chatWith(port).run(true)).toBe(1);
    const lines = port.written
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      {
        message: 'first',
        answer: 'one',
        finishReason: 'end-token',
        lossy: false,
        counters: { keptCount: 0 },
      },
      { message: 'refused', error: { name: 'ChatTemplateError' } },
      { message: 'second', answer: 'two', counters: { keptCount: 'U:first;A:one'.length } },
    ]);
  });

  it('joins lines that end with a backslash, also where the input ends there', async () => {
    const port = new TestPort(['first\\', 'line', 'second\\']);
    const { run, conversation } = chatWith(port);
    expect(await run()).toBe(0);
    expect(conversation.messages).toEqual(said('first\nline', 'one', 'second', 'two'));
  });

  it('drafts, and gives the same answers', async () => {
    const port = new TestPort(['abcabcabc', 'again']);
    const target = createTarget(['abcabcabcabc', 'abcabcabc']);
    const drafter = createPromptLookupDrafter();
    const { run, chat } = chatWith(port, { target, drafter }, { sampling: { temperature: 0 } });
    expect(await run()).toBe(0);
    expect(port.written).toBe('abcabcabcabc\nabcabcabc\n');
    expect(chat.statistics.lines(0, 256)[0]).toMatch(/, [1-9]\d* of \d+ draft tokens accepted/);
  });

  it('goes on without a drafter that failed, and says so once', async () => {
    const drafter: Drafter = {
      name: 'broken',
      propose: async () => {
        throw new Error('it broke');
      },
      observe() {},
      async close() {},
    };
    const port = new TestPort(['first', 'second']);
    expect(await chatWith(port, { drafter }).run()).toBe(0);
    expect(port.written).toBe('one\ntwo\n');
    expect(port.notes.filter((note) => note.includes('it broke'))).toHaveLength(1);
  });
});

describe('what does not work', () => {
  it('is said, and the chat goes on as if the message had not been', async () => {
    const port = new TestPort(['refused', '/nothing', 'first']);
    const { run, conversation } = chatWith(port);
    expect(await run()).toBe(1);
    expect(port.notes[0]).toMatch(/does not take these messages \(user\): not that.*--chat-template/);
    expect(port.notes[1]).toMatch(/no command \/nothing: \/help.*a space before it/);
    expect(port.written).toBe('one\n');
    expect(conversation.messages).toEqual(said('first', 'one'));
    // Before a terminal it was seen, and is no failure of the command.
    expect(await chatWith(new TestPort(['refused'], { isTerminal: true })).run()).toBe(0);
  });

  it('a message that does not fit is not sent, and nothing is dropped to make it fit', async () => {
    const port = new TestPort(['first', 'x'.repeat(100), 'second']);
    const { run, conversation } = chatWith(port, { target: createTarget(['one', 'two'], 64) });
    expect(await run()).toBe(1);
    expect(port.notes).toEqual([
      expect.stringMatching(/has 119 tokens.*holds 64: it was not sent\. \/clear .*--context N/),
    ]);
    expect(port.written).toBe('one\ntwo\n');
    expect(conversation.messages).toEqual(said('first', 'one', 'second', 'two'));
  });

  it('a context that fills up in the middle of a round ends the answer there and says so', async () => {
    const reply = 'abc'.repeat(40);
    for (const drafter of [undefined, createPromptLookupDrafter()]) {
      const port = new TestPort(['first', 'second', '/clear', 'third']);
      const target = createTarget([reply], 64);
      const { run, conversation } = chatWith(port, { target, drafter, draftLength: 7 });
      expect(await run()).toBe(1);
      // The last token that is drawn need not be read any more.
      const answer = reply.slice(0, 64 - 'U:first;A:'.length + 1);
      expect(port.written).toBe(`${answer}\n${answer}\n`);
      expect(port.notes[0]).toMatch(/context of 64 tokens is full.*\/clear.*--context N/);
      expect(port.notes[1]).toMatch(/was not sent/);
      expect(conversation.messages).toEqual(said('third', answer));
    }
  });

  it('an answer that is too long is cut, and that is said', async () => {
    const port = new TestPort(['first']);
    expect(await chatWith(port, {}, { maximumTokens: 2 }).run()).toBe(0);
    expect(port).toMatchObject({ written: 'on\n', notes: ['The answer ends here by --max-tokens.'] });
  });
});

describe('Ctrl-C in an answer', () => {
  const long = createTarget(['a long answer', 'and one more']);

  it('stops it and keeps the chat before a terminal: what came is part of what was said', async () => {
    const port = new TestPort(['first', '/exit'], { isTerminal: true, interruptAfter: 6 });
    const { run, conversation } = chatWith(port, { target: long });
    expect(await run()).toBe(0);
    expect(port).toMatchObject({ written: 'a long\n', notes: ['Stopped.'] });
    expect(conversation.messages).toEqual(said('first', 'a long'));
    // And the next answer is what it would have been without.
    const answers: string[] = [];
    for await (const event of conversation.answer('second'))
      if (event.type === 'token-committed') answers.push(event.text);
    expect(answers.join('')).toBe('and one more');
  });

  it('before its first word leaves the conversation as it was', async () => {
    const port = new TestPort(['first'], { isTerminal: true, interruptAfter: 0 });
    const { run, conversation } = chatWith(port, { target: long });
    expect(await run()).toBe(0);
    expect(conversation.messages).toEqual([]);
  });

  it('without a terminal ends the command with 130', async () => {
    const port = new TestPort(['first', 'second'], { interruptAfter: 6 });
    expect(await chatWith(port, { target: long }).run()).toBe(130);
    expect(port.written).toBe('a long\n');
  });
});

describe('the commands', () => {
  it('/help names every command, /exit and its other names end the chat', async () => {
    for (const exit of ['/exit', '/quit', '/bye', '/EXIT ']) {
      const port = new TestPort(['/help', exit, 'first']);
      expect(await chatWith(port).run()).toBe(0);
      for (const name of [
        'clear',
        'system',
        'grammar',
        'json-schema',
        'save',
        'stats',
        'model',
        'help',
        'exit',
      ])
        expect(port.notes.join('\n')).toContain(`/${name}`);
      expect(port.written).toBe('');
    }
  });

  it('/clear begins anew and keeps the system prompt', async () => {
    const port = new TestPort(['/system be brief', 'first', '/clear', 'second']);
    const { run, conversation } = chatWith(port);
    expect(await run()).toBe(0);
    expect(port.written).toBe('one\none\n');
    expect(conversation.messages).toEqual([
      { role: 'system', content: 'be brief' },
      ...said('second', 'one'),
    ]);
  });

  it('/system shows, sets and removes it, also where the template refuses it', async () => {
    const port = new TestPort(['/system', '/system refused', 'first', '/system off', 'first']);
    expect(await chatWith(port).run()).toBe(1);
    expect(port.notes).toEqual([
      expect.stringMatching(/^No system prompt/),
      'System prompt: refused',
      expect.stringMatching(/does not take these messages \(system, user\)/),
      expect.stringMatching(/^No system prompt/),
    ]);
    expect(port.written).toBe('one\n');
  });

  it('/save writes what --load reads; a file of another is not replaced', async () => {
    const [file, other] = [path.join(folder, 'chat.json'), path.join(folder, 'other.json')];
    await writeFile(other, 'precious');
    const port = new TestPort([
      '/system brief',
      'first',
      `/save ${file}`,
      'second',
      `/save ${file}`,
      `/save ${other}`,
      '/save',
    ]);
    const { run, conversation } = chatWith(port);
    expect(await run()).toBe(1);
    expect(await loadChat(file)).toEqual(conversation.messages);
    expect(conversation.messages).toHaveLength(5);
    expect(await readFile(other, 'utf8')).toBe('precious');
    expect(port.notes.slice(-2)).toEqual([
      expect.stringMatching(/other\.json is there already/),
      expect.stringMatching(/\/save needs the name of a file/),
    ]);
    const again = chatWith(new TestPort(['third']));
    again.conversation.begin(await loadChat(file));
    expect(await again.run()).toBe(0);
    expect(again.conversation.messages.slice(0, 5)).toEqual(conversation.messages);
    const missing = chatWith(new TestPort([`/save ${path.join(folder, 'none', 'chat.json')}`]));
    expect(await missing.run()).toBe(1);
    expect(existsSync(path.join(folder, 'none'))).toBe(false);
  });

  it.each([
    ['no JSON', '{', /is not JSON/],
    ['no messages', '{"model":"a"}', /has no list of messages/],
    ['null', 'null', /has no list of messages/],
    ['a message without a role', '[{"content":"a"}]', /message 1 needs a role/],
    ['a message without a text', '[{"role":"user","content":["a"]}]', /message 1 needs a role/],
    [
      'a system prompt in the middle',
      '[{"role":"user","content":"a"},{"role":"system","content":"b"}]',
      /message 2/,
    ],
  ])('--load says what is wrong with a file with %s', async (_, text, message) => {
    const file = path.join(folder, 'wrong.json');
    await writeFile(file, text);
    await expect(loadChat(file)).rejects.toThrow(message);
  });

  it('--load says that a file is missing', async () => {
    await expect(loadChat(path.join(folder, 'missing.json'))).rejects.toThrow(/cannot be read \(ENOENT\)/);
  });

  it('/stats tells of no answer, of one and of all', async () => {
    const port = new TestPort(['/stats', 'first', '/stats', 'second', '/stats']);
    expect(await chatWith(port, {}, { clock: () => performance.now() }).run()).toBe(0);
    expect(port.notes[0]).toBe('No answer yet.');
    expect(port.notes[1]).toBe('context: 0 of 256 tokens');
    expect(port.notes[2]).toMatch(/^last answer: 4 tokens in .* 0 of 0 draft tokens accepted/);
    expect(port.notes.at(-2)).toMatch(/^all 2 answers: 8 tokens/);
  });

  it('/grammar and /json-schema say what answers must be, for every model that answers', async () => {
    const [file, schema] = [path.join(folder, 'answer.gbnf'), path.join(folder, 'answer.json')];
    await writeFile(file, 'root ::= "on" [a-z] | "o" "the" "r"');
    await writeFile(schema, '{"enum":["one","two"]}');
    const port = new TestPort([
      '/grammar',
      `/grammar ${file}`,
      'first',
      'second',
      '/grammar root ::= "a',
      '/model other.gguf',
      'third',
      `/json-schema ${schema}`,
      'fourth',
      '/json-schema off',
      'fifth',
    ]);
    const target = createTarget(['one', 'two']);
    const { run, conversation } = chatWith(port, { target, drafter: createPromptLookupDrafter() });
    expect(await run()).toBe(1);
    const [first, second, third, fourth, fifth] = conversation.messages
      .filter(({ role }) => role === 'assistant')
      .map(({ content }) => content);
    for (const answer of [first, second, third]) expect(answer).toMatch(/^(?:on[a-z]|other)$/);
    expect(fourth).toMatch(/^"(?:one|two)"$/);
    expect(fifth).toBe('other');
    expect(port.notes[0]).toBe('Answers may be any text.');
    expect(port.notes[1]).toBe(`Answers follow the grammar ${file}.`);
    expect(port.notes[2]).toMatch(/line 1/);
    expect(port.notes.slice(-2)).toEqual([
      `Answers follow the JSON schema ${schema}.`,
      'Answers may be any text.',
    ]);
  });

  it('/model shows what answers, goes on with another, and stays where there is none', async () => {
    const port = new TestPort([
      '/model',
      'first',
      '/model missing.gguf',
      'second',
      '/model other.gguf',
      'third',
      '/model a b c',
      '/model "other one.gguf"',
    ]);
    const { run, conversation } = chatWith(port);
    expect(await run()).toBe(1);
    expect(port.notes[0]).toMatch(/^table \(table, table\) answers in a context of 256 tokens/);
    expect(port.notes[2]).toMatch(/missing\.gguf: there is no such file/);
    expect(port.notes.at(-2)).toMatch(/\/model takes a target and what drafts/);
    // Was wrong: a name with a blank was taken for two.
    expect(port.notes.at(-1)).toMatch(/^other one\.gguf: there is no such file/);
    expect(port.written).toBe('one\ntwo\nother\n');
    expect(conversation.messages).toEqual(said('first', 'one', 'second', 'two', 'third', 'other'));
  });
});
