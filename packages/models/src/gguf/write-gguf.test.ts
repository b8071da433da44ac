import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CacheWriteError, InvalidArgumentError, UnsupportedError } from '@foretoken/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TensorToWrite } from './tensor-to-write.js';
import { tensorTypeByName, type TensorType } from './tensor-types.js';
import type { TypedValue } from './value-types.js';
import { readGguf } from './read-gguf.js';
import { writeGguf } from './write-gguf.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-write-gguf-'));
});
afterEach(() => rm(folder, { recursive: true }));

const type = tensorTypeByName('F32') as TensorType;
const tensor = (data: TensorToWrite['data'], name = 't'): TensorToWrite => ({ name, shape: [8], type, data });
const sound = tensor(async () => new Uint8Array(32));

it.each<[what: string, target: (inside: string) => string, code: string]>([
  ['a folder that does not exist', (inside) => path.join(inside, 'nowhere', 'x.gguf'), 'ENOENT'],
  ['a file in the place of the folder', (inside) => path.join(inside, 'file', 'x.gguf'), 'ENOTDIR'],
  ['a folder in the place of the file', (inside) => path.join(inside, 'full'), 'EISDIR'],
  ['a folder that takes no files', () => '/proc/x.gguf', 'ENOENT'],
])('%s is named, and nothing is left behind', async (_, target, code) => {
  await writeFile(path.join(folder, 'file'), '');
  await mkdir(path.join(folder, 'full', 'inner'), { recursive: true });
  const output = target(folder);
  const error: unknown = await writeGguf(output, new Map(), [sound]).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(CacheWriteError);
  expect((error as Error).message).toContain(`${output} cannot be written (${code})`);
  expect(((error as Error).cause as NodeJS.ErrnoException).code).toBe(code);
  expect((await readdir(folder)).toSorted()).toEqual(['file', 'full']);
});

it.runIf(existsSync('/dev/full'))('a disk without room is named', async () => {
  const output = path.join(folder, 'model.gguf');
  await symlink('/dev/full', `${output}.${process.pid}.part`);
  const error: unknown = await writeGguf(output, new Map(), [sound]).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(CacheWriteError);
  expect((error as Error).message).toContain('(ENOSPC)');
  expect(await readdir(folder)).toEqual([]);
});

it('what is in the way stays until the new file is complete', async () => {
  const output = path.join(folder, 'model.gguf');
  await writeFile(output, 'old');
  const broken = tensor(async () => {
    throw new UnsupportedError('These weights cannot be read.');
  });
  // The source's own error, not one about writing.
  await expect(writeGguf(output, new Map(), [sound, broken])).rejects.toThrow(
    'These weights cannot be read.',
  );
  expect(await readFile(output, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['model.gguf']);
  await writeGguf(output, new Map(), [sound]);
  expect((await readFile(output)).subarray(0, 4).toString()).toBe('GGUF');
  expect(await readdir(folder)).toEqual(['model.gguf']);
});

it('cancelling leaves nothing behind', async () => {
  const output = path.join(folder, 'model.gguf');
  const controller = new AbortController();
  const cancelling = tensor(async () => {
    controller.abort();
    return new Uint8Array(32);
  }, 'first');
  await expect(writeGguf(output, new Map(), [cancelling, sound], controller.signal)).rejects.toMatchObject({
    name: 'AbortError',
  });
  expect(await readdir(folder)).toEqual([]);
});

it('asks for one tensor at a time', async () => {
  let open = 0;
  const tensors = ['a', 'b', 'c'].map((name) =>
    tensor(async () => {
      open += 1;
      expect(open).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return new Uint8Array(32);
    }, name),
  );
  await writeGguf(path.join(folder, 'model.gguf'), new Map(), tensors);
});

it.each<[what: string, metadata: readonly (readonly [string, TypedValue])[], message: RegExp]>([
  ['an alignment of 24', [['general.alignment', { type: 'uint32', value: 24 }]], /power of two/],
  ['a signed alignment', [['general.alignment', { type: 'int32', value: 32 }]], /takes a uint32/],
  ['a number out of range', [['a', { type: 'uint8', value: 256 }]], /metadata a cannot hold 256/],
  ['a negative count', [['a', { type: 'uint32[]', value: [1, -1] }]], /metadata a cannot hold -1/],
  ['a number for a big integer', [['a', { type: 'uint64', value: 1 as unknown as bigint }]], /cannot hold 1/],
])('%s is refused', async (_, metadata, message) => {
  const output = path.join(folder, 'model.gguf');
  const error: unknown = await writeGguf(output, new Map(metadata), []).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(InvalidArgumentError);
  expect((error as Error).message).toMatch(message);
  expect(await readdir(folder)).toEqual([]);
});

it('data of the wrong size is refused', async () => {
  const short = tensor(async () => new Uint8Array(31));
  await expect(writeGguf(path.join(folder, 'model.gguf'), new Map(), [short])).rejects.toThrow(
    /t has 31 bytes; its shape and type need 32/,
  );
});

it('a list as long as a large vocabulary is written whole', async () => {
  // Was: the list's parts were spread into one call's arguments, which overflowed the stack.
  const output = path.join(folder, 'model.gguf');
  const value = Array.from({ length: 300_000 }, (_, token) => `t${token}`);
  await writeGguf(output, new Map([['tokens', { type: 'string[]', value }]]), [sound]);
  expect((await readGguf(output)).metadata.get('tokens')).toEqual(value);
});
