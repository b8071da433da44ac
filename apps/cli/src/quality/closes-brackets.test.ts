import { expect, test } from 'vitest';
import { closesBrackets } from './closes-brackets.js';

const task = 'function f(a: number[]): void {\n';

test.each([
  ['}', true],
  ['  return [a, { b: 1 }];\n}\nand more (', true],
  ["  return ')';\n}", true],
  ['  // (\n  /* [ */\n}', true],
  ['  return `}${a}`;\n}', true],
  ['  return (a;\n}', false],
  ['  return a);\n}', false],
  ['  if (a) {\n}', false],
  ["  return '}", false],
  ["  return 'a\n'}", false],
  ['  /* }', false],
  ['', false],
])('%j closes what was open: %s', (text, closes) => {
  expect(closesBrackets(task + text, task.length)).toBe(closes);
});

test('what is closed before the end of the task does not count', () => {
  expect(closesBrackets('a(b); c(', 8)).toBe(false);
});
