import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CacheWriteError, InvalidArgumentError, VocabularyMismatchError } from '@foretoken/core';
import { createTableModel, randomTable } from '@foretoken/core/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPastOutputs } from './past-outputs-file.js';

const tokenizerOf = (vocabularySize: number) =>
  createTableModel({ law: randomTable(1, vocabularySize, 'smooth'), vocabularySize }).tokenizer;
const tokenizer = tokenizerOf(10);

let folder: string;
const inFolder = (name: string): string => path.join(folder, name);
let warnings: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-past-outputs-'));
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rm(folder, { recursive: true }));

function catchWarnings(): void {
  warnings = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    warnings += String(text);
    return true;
  });
}

describe('the file of past outputs', () => {
  it('keeps what is added, oldest first, and leaves nothing else behind', async () => {
    const file = inFolder('kept');
    catchWarnings();
    expect((await openPastOutputs(file, tokenizer)).texts).toEqual([]);
    for (const text of [[1, 2, 3], [4]]) await (await openPastOutputs(file, tokenizer)).add(text);
    const opened = await openPastOutputs(file, tokenizer);
    expect(opened.texts).toEqual([[1, 2, 3], [4]]);
    for (const text of [[5], [6, 7]]) await opened.add(text);
    expect((await openPastOutputs(file, tokenizer)).texts).toEqual([[1, 2, 3], [4], [5], [6, 7]]);
    expect(await readdir(folder)).toEqual(['kept']);
    expect(warnings).toBe('');
  });

  it('stays below its bound: the oldest outputs make room', async () => {
    const file = inFolder('bounded');
    const text = new Array<number>(100_000).fill(7);
    for (const first of [1, 2, 3]) await (await openPastOutputs(file, tokenizer)).add([first, ...text]);
    expect((await readFile(file)).length).toBeLessThan(2 ** 20);
    const { texts } = await openPastOutputs(file, tokenizer);
    expect(texts.map(([first]) => first)).toEqual([2, 3]);
  });

  it.each<[problem: string, broken: (bytes: Buffer) => Uint8Array]>([
    ['truncated', (bytes) => bytes.subarray(0, -5)],
    ['truncated', () => Buffer.alloc(0)],
    ['damaged', (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.of(1)])],
    ['of another version', (bytes) => Buffer.concat([bytes.subarray(0, 4), Buffer.of(9), bytes.subarray(5)])],
  ])('is begun anew with a warning where it is %s', async (problem, broken) => {
    const file = inFolder('broken');
    await rm(file, { force: true });
    await (await openPastOutputs(file, tokenizer)).add([1, 2, 3]);
    await writeFile(file, broken(await readFile(file)));
    catchWarnings();
    const opened = await openPastOutputs(file, tokenizer);
    expect(opened.texts).toEqual([]);
    expect(warnings).toMatch(new RegExp(`Warning: .*broken is ${problem}`));
    await opened.add([5]);
    expect((await openPastOutputs(file, tokenizer)).texts).toEqual([[5]]);
  });

  it('overwrites no file that is something else', async () => {
    const file = inFolder('letter.txt');
    await writeFile(file, 'Dear reader,');
    const opening = openPastOutputs(file, tokenizer);
    await expect(opening).rejects.toThrow(InvalidArgumentError);
    await expect(opening).rejects.toThrow(/letter\.txt is no store of past outputs.*another file/);
    expect(await readFile(file, 'utf8')).toBe('Dear reader,');
  });

  it('serves one vocabulary', async () => {
    const file = inFolder('vocabulary');
    await (await openPastOutputs(file, tokenizer)).add([1]);
    const opening = openPastOutputs(file, tokenizerOf(9));
    await expect(opening).rejects.toThrow(VocabularyMismatchError);
    await expect(opening).rejects.toThrow(/10 tokens, the target has 9/);
  });

  it('says before anything is generated that it cannot be written or read', async () => {
    const nowhere = openPastOutputs(path.join(folder, 'no-such-folder', 'store'), tokenizer);
    await expect(nowhere).rejects.toThrow(CacheWriteError);
    await expect(nowhere).rejects.toThrow(/cannot be written \(ENOENT\).*exists and is writable/);
    const inFile = openPastOutputs(path.join(inFolder('kept'), 'store'), tokenizer);
    await expect(inFile).rejects.toThrow(CacheWriteError);
    await mkdir(inFolder('folder'), { recursive: true });
    const aFolder = openPastOutputs(inFolder('folder'), tokenizer);
    await expect(aFolder).rejects.toThrow(InvalidArgumentError);
    await expect(aFolder).rejects.toThrow(/cannot be read \(EISDIR\)/);
  });

  it('says that its folder has gone meanwhile', async () => {
    await mkdir(inFolder('going'));
    const opened = await openPastOutputs(path.join(inFolder('going'), 'store'), tokenizer);
    await rm(inFolder('going'), { recursive: true });
    await expect(opened.add([1])).rejects.toThrow(CacheWriteError);
  });
});
