import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runChild } from '../support/run-child.js';
import { writeLlamaGguf } from '../support/write-llama-gguf.js';
import { writeHybridModel } from '../support/write-other-architectures.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-bad-requests-'));
});
afterAll(() => rm(folder, { recursive: true }));

it.each<[what: string, write: (file: string) => Promise<void>]>([
  ['a dense model', writeLlamaGguf],
  ['a hybrid model', writeHybridModel],
])('thousands of bad requests to %s, many at once and around closing, do no harm', async (_, write) => {
  const file = path.join(folder, 'model.gguf');
  await write(file);
  const { code, signal, lines, stderr } = await runChild('send-bad-requests.ts', [file, '20261124', '3000']);
  expect({ code, signal, stderr, last: lines.slice(-3) }).toMatchObject({ code: 0, signal: null });
  expect(lines.filter((line) => line.startsWith('WRONG'))).toEqual([]);
  expect(lines).toContain('sound');
  const counts = JSON.parse(lines.at(-1) as string) as Record<string, number>;
  // Enough of every kind, so that it is known to have been tried.
  for (const [kind, least] of [
    ['done', 500],
    ['InvalidArgumentError', 200],
    ['TokenOutOfRangeError', 100],
    ['ContextOverflowError', 50],
    ['ClosedError', 100],
    ['SequenceLimitError', 20],
    ['UnsupportedError', 20],
    ['AbortError', 50],
  ] as const) {
    expect(counts[kind], kind).toBeGreaterThan(least);
  }
});
