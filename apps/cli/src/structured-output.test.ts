import { expect, test } from 'vitest';
import { runCommand } from '../testing/run-command.js';

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

test('options that contradict a grammar are refused', async () => {
  const { code, stderr } = await runCommand(['generate', 'x', '--grammar', 'root ::= "a"', '--ignore-end']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/cannot be used with/);
});
