import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChildResult, runChild } from '../support/run-child.js';
import { writeHuggingFaceFolder } from '../support/write-hugging-face-folder.js';
import { writeLlamaGguf } from '../support/write-llama-gguf.js';

const seed = '20261124';
const count = 500;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-mutated-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Every mutation was begun and came to an end, as a load or as a named refusal; some did each. */
function expectNamedEnds({ code, signal, lines, stderr }: ChildResult): void {
  const begun = lines.filter((line) => line.startsWith('begin'));
  const ends = lines.filter((line) => !line.startsWith('begin'));
  expect({ code, signal, last: lines.at(-1), stderr }).toMatchObject({ code: 0, signal: null });
  expect(ends.filter((line) => !/^(loaded|refused) /.test(line))).toEqual([]);
  expect(begun).toHaveLength(count);
  expect(ends).toHaveLength(count);
  expect(ends.filter((line) => line.startsWith('loaded')).length).toBeGreaterThan(count / 20);
  expect(ends.filter((line) => line.startsWith('refused')).length).toBeGreaterThan(count / 2);
  // A refusal names the file.
  expect(ends.filter((line) => line.startsWith('refused') && !line.includes(folder))).toEqual([]);
}

describe(`each of ${count} damaged files is loaded or refused by name, never a crash or a hang`, () => {
  it('GGUF through the loader of llama.cpp: tokenizing, a pass and a rollback where it loads', async () => {
    const source = path.join(folder, 'sound.gguf');
    await writeLlamaGguf(source);
    expectNamedEnds(await runChild('load-mutated-models.ts', [source, folder, seed, '0', String(count)]));
  });

  it('safetensors through the conversion', async () => {
    const source = path.join(folder, 'hugging-face');
    await writeHuggingFaceFolder(source);
    expectNamedEnds(await runChild('convert-mutated-weights.ts', [source, seed, String(count)]));
  });
});
