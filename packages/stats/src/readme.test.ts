import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import * as stats from './index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)]
  .map(([, code]) => code as string)
  .filter((code) => code.includes('console.log'));

test('the README shows what its snippets print', () => {
  expect(snippets.length).toBeGreaterThan(0);
});

test.each(snippets.map((snippet, index) => [index + 1, snippet] as const))(
  'snippet %i',
  (_number, snippet) => {
    const printed: string[] = [];
    const log = (...values: unknown[]): void => {
      printed.push(values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '));
    };
    const code = snippet.replaceAll(/^import .*$/gm, '');
    runInNewContext(code, { ...stats, console: { log } });
    const promised = [...snippet.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment]) => comment);
    expect(printed).toEqual(promised);
  },
);
