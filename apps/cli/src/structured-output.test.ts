import { once } from 'node:events';
import { tinyModels } from '@foretoken/tiny-models';
import { describe, expect, test } from 'vitest';
import { finishCommand, runCommand, startCommand } from '../testing/run-command.js';

test('generate writes JSON for a schema, and the JSON output says for which', async () => {
  const schema =
    '{"type":"object","properties":{"ok":{"type":"boolean"},"kind":{"enum":["a","b"]}},"required":["ok","kind"]}';
  const { code, stdout, stderr } = await runCommand([
    'generate',
    'const x = ',
    '--json-schema',
    schema,
    '--json',
    '--temperature',
    '1',
    '--draft-length',
    '4',
    '--threads',
    '1',
  ]);
  expect(code, stderr).toBe(0);
  const { text, finishReason, settings, counters } = JSON.parse(stdout);
  expect(JSON.parse(text)).toEqual({ ok: expect.any(Boolean), kind: expect.stringMatching(/^[ab]$/) });
  expect(finishReason).toBe('end-token');
  expect(settings).toMatchObject({ jsonSchema: schema });
  expect(counters.draftedCount).toBeGreaterThan(0);
});

// Was wrong: forced tokens were drafted only where something else drafted too, which by default nothing does but for the
// embedded target.
test('a model without a draft drafts what a schema forces, unless nothing is to draft', async () => {
  const schema =
    '{"type":"object","properties":{"description":{"const":"a long name"}},"required":["description"]}';
  const settings = [
    '--model',
    tinyModels.target,
    '--threads',
    '1',
    '--draft-length',
    '4',
    '--temperature',
    '0',
  ];
  const run = async (...more: string[]) => {
    const written = await runCommand([
      'generate',
      'x = ',
      '--json-schema',
      schema,
      '--json',
      ...settings,
      ...more,
    ]);
    expect(written.code, written.stderr).toBe(0);
    return JSON.parse(written.stdout) as { text: string; drafter?: string; counters: Record<string, number> };
  };
  const [forced, plain] = [await run(), await run('--draft', 'none')];
  expect(forced.counters['acceptedCount']).toBeGreaterThan(0);
  expect(plain.counters['draftedCount']).toBe(0);
  expect([forced.drafter, plain.drafter]).toEqual(['forced-tokens', undefined]);
  expect(forced.text).toBe(plain.text);
});

test('options that contradict a grammar are refused', async () => {
  const { code, stderr } = await runCommand(['generate', 'x', '--grammar', 'root ::= "a"', '--ignore-end']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/cannot be used with/);
});

describe('a schema with recursion', () => {
  const list = {
    $ref: '#/$defs/list',
    $defs: {
      list: {
        type: 'object',
        properties: {
          ok: { type: 'boolean' },
          rest: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/list' }] },
        },
        required: ['ok', 'rest'],
      },
    },
  };
  const isList = (value: { ok?: unknown; rest?: object | null }): boolean =>
    typeof value.ok === 'boolean' && (value.rest === null || isList(value.rest ?? {}));
  const refused: readonly (readonly [string, object, RegExp])[] = [
    ['without an end', { $ref: '#' }, /No JSON text satisfies.*Give the recursion an end, such as "null"/],
    [
      'into another document',
      { $ref: 'https://example.com/a.json' },
      /#\/\$ref: .* lies outside of this document/,
    ],
    ['by dynamic references', { $dynamicRef: '#a' }, /#\/\$dynamicRef: .* is not supported; use "\$ref"/],
  ];
  const settings = ['--threads', '1', '--draft-length', '4', '--temperature', '1', '-n', '200'];
  const template = ['--chat-template', 'chatml'];

  test('works in generate, chat and serve', async () => {
    const chosen = ['--json-schema', JSON.stringify(list)];
    const generated = await runCommand(['generate', 'const x = ', ...settings, ...chosen]);
    const said = await runCommand(['chat', ...settings, ...template, ...chosen], { input: 'A list\n' });
    for (const { code, stdout, stderr } of [generated, said]) {
      expect(code, stderr).toBe(0);
      expect(isList(JSON.parse(stdout))).toBe(true);
    }
    await whileServing(async (ask) => {
      const answer = await ask(list);
      expect(answer.status).toBe(200);
      const { choices } = (await answer.json()) as { choices: [{ text: string }] };
      expect(isList(JSON.parse(choices[0].text))).toBe(true);
      for (const [, schema, message] of refused) {
        const refusal = await ask(schema);
        expect(refusal.status).toBe(400);
        const { error } = (await refusal.json()) as { error: object };
        expect(error).toMatchObject({ param: 'response_format', message: expect.stringMatching(message) });
      }
    });
  });

  test.each(refused)('%s is refused with the reason', async (_, schema, message) => {
    for (const command of [
      ['generate', 'x'],
      ['chat', ...template],
    ]) {
      const parameters = [...command, ...settings, '--json-schema', JSON.stringify(schema)];
      const { code, stdout, stderr } = await runCommand(parameters, { input: 'A list\n' });
      expect(stderr).toMatch(message);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    }
  });
});

test.each([
  [
    'that goes round for ever',
    'root ::= "a" root',
    /No text satisfies the grammar: every way through "root"/,
  ],
  ['of no character', 'root ::= [^\\x00-\\U0010FFFF]', /No text satisfies the grammar/],
  ['with a rule that is missing', 'root ::= other', /line 1, column 10: There is no rule "other"/],
])('a grammar %s is refused by generate and chat', async (_, grammar, message) => {
  for (const command of [
    ['generate', 'x'],
    ['chat', '--chat-template', 'chatml'],
  ]) {
    const parameters = [...command, '--threads', '1', '--grammar', grammar];
    const { code, stdout, stderr } = await runCommand(parameters, { input: 'hello\n' });
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  }
});

/** Asks a running server for JSON of a schema. */
async function whileServing(
  use: (ask: (schema: object) => Promise<Response>) => Promise<void>,
): Promise<void> {
  const child = startCommand(['serve', '--port', '0', '--threads', '1', '--draft-length', '4']);
  const finished = finishCommand(child);
  try {
    const [line] = (await once(child.stdout, 'data')) as [string];
    const url = /answers at (\S+)/.exec(line)?.[1] as string;
    await use((schema) =>
      fetch(`${url}/completions`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          prompt: 'const x = ',
          max_tokens: 200,
          seed: 1,
          response_format: { type: 'json_schema', json_schema: { schema } },
        }),
      }),
    );
  } finally {
    child.kill('SIGTERM');
  }
  expect((await finished).code).toBe(0);
}
