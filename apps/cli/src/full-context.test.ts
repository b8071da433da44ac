import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeLlamaGguf } from '../../../test/support/write-llama-gguf.js';
import { finishCommand, runCommand, startCommand } from '../testing/run-command.js';

const context = 48;
const settings = ['--context', String(context), '--threads', '1', '--temperature', '1'];
/** The embedded target's end token. */
const noEnd = ['--logit-bias', '0=-100'];
/** Rounds whose drafts end beyond the context unless they are cut. */
const drafting: readonly (readonly [string, readonly string[]])[] = [
  ['nothing that drafts', ['--draft', 'none']],
  ['a draft model', ['--draft-length', '7']],
  ['a tree', ['--tree', '3,2,1']],
  ['prompt lookup', ['--draft', 'prompt-lookup', '--draft-length', '15']],
];
const structures: readonly (readonly [string, readonly string[]])[] = [
  ['any text', []],
  ['a grammar without an end', ['--grammar', 'root ::= line*\nline ::= "const abc = " [0-9]+ ";\\n"']],
];
const cases = drafting.flatMap(([drafts, draftOptions]) =>
  structures.map(([text, options]) => [drafts, text, [...draftOptions, ...options]] as const),
);

let folder: string;
let template: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-full-'));
  const file = path.join(folder, 'code.jinja');
  await writeFile(file, '{% for m in messages %}// {{ m.content }}\nexport function {% endfor %}');
  template = ['--chat-template', file];
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(cases)('with %s and %s, a context that fills up in the middle of a round', (_, __, options) => {
  it('ends the text of generate there, and says so', async () => {
    const result = await runCommand([
      'generate',
      'const a = 1;',
      ...settings,
      ...options,
      ...noEnd,
      '--json',
    ]);
    expect(result.code, result.stderr).toBe(0);
    const { finishReason, tokens, counters } = JSON.parse(result.stdout);
    expect(finishReason).toBe('context-full');
    // The last token is not read, and needs no place.
    expect(tokens).toHaveLength(context - counters.promptCount + 1);
  });

  it('ends the answer of chat there, and a message that no longer fits is not sent', async () => {
    const input =
      'add two numbers\nadd three numbers, then four, then five, then six, then seven, then eight\n';
    const { code, stderr } = await runCommand(['chat', ...template, ...settings, ...options, ...noEnd], {
      input,
    });
    expect(stderr).toMatch(/context of 48 tokens is full, and the answer ends here/);
    expect(stderr).toMatch(/conversation has \d+ tokens, and the context .* holds 48: it was not sent/);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(code).toBe(1);
  });
});

it.each(drafting.slice(1, 3))(
  'serve with %s answers up to there, and goes on with the next request',
  async (_, options) => {
    const child = startCommand(['serve', '--port', '0', ...template, ...settings, ...options]);
    const finished = finishCommand(child);
    try {
      const [line] = (await once(child.stdout, 'data')) as [string];
      const url = /answers at (\S+)/.exec(line)?.[1] as string;
      const ask = async (
        body: object,
      ): Promise<{ choices: { finish_reason: string }[]; usage: Record<string, number> }> => {
        const init = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
        const response = await fetch(`${url}/completions`, {
          ...init,
          body: JSON.stringify({ prompt: 'const a = 1;', max_tokens: 500, ...body }),
        });
        expect(response.status).toBe(200);
        return response.json() as never;
      };
      const schema = { type: 'array', items: { type: 'integer' }, minItems: 100 };
      const structured = { type: 'json_schema', json_schema: { schema } };
      for (const body of [{ ignore_eos: true }, { response_format: structured }, { ignore_eos: true }]) {
        const { choices, usage } = await ask(body);
        expect(choices[0]?.finish_reason).toBe('length');
        expect(usage['total_tokens']).toBe(context + 1);
      }
    } finally {
      child.kill('SIGTERM');
    }
    const { code, stderr } = await finished;
    expect(code, stderr).toBe(0);
  },
);

// Regression: the context that was asked for had to be one that the draft was trained for, too.
it('a draft with a smaller context than the target drafts as far as it reaches', async () => {
  const draft = path.join(folder, 'short.gguf');
  await writeLlamaGguf(draft);
  const options = ['--draft', draft, '--foreign-draft', 'tli', '--draft-length', '3', '--context', '300'];
  const parameters = [
    'generate',
    'const a = 1;',
    ...options,
    '--threads',
    '1',
    ...noEnd,
    '-n',
    '1000',
    '--json',
  ];
  const { code, stdout, stderr } = await runCommand(parameters);
  expect(code, stderr).toBe(0);
  expect(stderr).not.toMatch(/failed/);
  const { finishReason, counters } = JSON.parse(stdout);
  expect(finishReason).toBe('context-full');
  expect(counters.draftedCount).toBeGreaterThan(0);
});
