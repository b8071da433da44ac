import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testing/run-command.js';

const failure = 1;
const usage = 2;
const prompt = 'export class ShoppingCart {\n  private items: Item[] = [];\n\n';
const greedy = ['generate', prompt, '--threads', '1', '--draft-length', '4', '-n', '32', '-t', '0', '--json'];
const nGram = [...greedy, '--draft', 'n-gram'];

interface GenerateJson {
  readonly text: string;
  readonly drafter: string;
  readonly counters: { readonly blockEfficiency: number };
}

async function generateJson(commandArguments: readonly string[]): Promise<GenerateJson & { stderr: string }> {
  const { code, stdout, stderr } = await runCommand(commandArguments);
  expect(code, stderr).toBe(0);
  return { ...(JSON.parse(stdout) as GenerateJson), stderr };
}

let folder: string;
const inFolder = (name: string): string => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-n-gram-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('foretoken generate --draft n-gram', () => {
  it('drafts from a corpus, and from what it wrote before', async () => {
    const store = inFolder('past.ngrams');
    const first = await generateJson([...nGram, '--n-gram-store', store]);
    expect(first.drafter).toBe('n-gram');
    await writeFile(inFolder('corpus.ts'), prompt + first.text);
    const withCorpus = await generateJson([...nGram, '--corpus', inFolder('corpus.ts')]);
    const withStore = await generateJson([...nGram, '--n-gram-store', store]);
    // At most 5 tokens a pass; a text that is known is nearly all accepted, whatever numerics make of its end.
    for (const { counters } of [withCorpus, withStore]) {
      expect(counters.blockEfficiency).toBeGreaterThan(first.counters.blockEfficiency);
      expect(counters.blockEfficiency).toBeGreaterThan(2.5);
    }
    expect(await readdir(folder)).toEqual(['corpus.ts', 'past.ngrams']);
  });

  it('begins a broken store anew, with a warning', async () => {
    const store = inFolder('broken.ngrams');
    await writeFile(store, 'FTNG');
    const { stderr } = await generateJson([...nGram, '--n-gram-store', store]);
    expect(stderr).toMatch(/Warning: .*broken\.ngrams is truncated/);
    expect((await readFile(store)).length).toBeGreaterThan(32);
  });

  it.each<[what: string, content: string | Buffer | undefined, message: RegExp]>([
    ['that is missing', undefined, /that is missing cannot be read \(ENOENT\): give --corpus a text file/],
    ['that is empty', '', /is empty: give --corpus a file with text/],
    ['that is binary', Buffer.of(97, 98, 0, 99), /is not text \(byte 2 is 0\): give --corpus text files/],
    ['that is not UTF-8', Buffer.of(97, 0xff, 98), /is not text \(it is not UTF-8\)/],
  ])('a corpus %s is named', async (what, content, message) => {
    const file = inFolder(`corpus ${what}`);
    if (content !== undefined) await writeFile(file, content);
    const { code, stdout, stderr } = await runCommand([...nGram, '--corpus', file]);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: usage, stdout: '' });
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('a store in a folder that is missing is named before anything is written', async () => {
    const { code, stdout, stderr } = await runCommand([
      ...nGram,
      '--n-gram-store',
      inFolder('nowhere/store'),
    ]);
    expect(stderr).toMatch(/nowhere.store cannot be written \(ENOENT\)/);
    expect({ code, stdout }).toEqual({ code: failure, stdout: '' });
  });

  it('corpora and stores for another drafter are refused', async () => {
    for (const option of ['--corpus', '--n-gram-store']) {
      const { code, stderr } = await runCommand([...greedy, option, inFolder('any')]);
      expect(code).toBe(usage);
      expect(stderr).toMatch(/add --draft n-gram/);
    }
  });
});
