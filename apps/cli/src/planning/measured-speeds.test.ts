import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { InvalidArgumentError } from '@foretoken/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readMeasuredSpeeds } from './measured-speeds.js';

let file: string;
beforeAll(async () => {
  file = path.join(await mkdtemp(path.join(os.tmpdir(), 'foretoken-measured-')), 'bench.json');
});
afterAll(() => rm(path.dirname(file), { recursive: true }));

const speedup = { estimate: 1.2, lower: 1.1, upper: 1.3 };

test('the speeds of a bench are read by draft length', async () => {
  const results = [
    { draftLength: 3, comparison: { workload: speedup } },
    // JSON has no infinity: too few prompts.
    { draftLength: 'auto', comparison: { workload: { ...speedup, upper: null } } },
  ];
  await writeFile(file, JSON.stringify({ plan: {}, maxTokens: 64, engines: [{ results }] }));
  expect(await readMeasuredSpeeds(file)).toEqual([
    { length: 3, tokens: 64, speedup },
    { length: 'auto', tokens: 64, speedup: { ...speedup, upper: null } },
  ]);
  // Was wrong: speeds of drafters that no plan has stood in its report.
  await writeFile(file, JSON.stringify({ maxTokens: 64, engines: [{ results }] }));
  await expect(readMeasuredSpeeds(file)).rejects.toThrow(/bench --plan/);
});

test.each(['', '{', '[]', '{}', '{"engines": 3}', '{"engines": [{"results": [{"draftLength": 3}]}]}'])(
  '%j has none, and is refused by name',
  async (text) => {
    await writeFile(file, text);
    await expect(readMeasuredSpeeds(file)).rejects.toThrow(InvalidArgumentError);
    await expect(readMeasuredSpeeds(file)).rejects.toThrow(/bench\.json has no speeds by draft length/);
  },
);
