import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProfileFileError } from '../errors/profile-file-error.js';
import { ProfileMismatchError } from '../errors/profile-mismatch-error.js';
import { sampleProfile } from '../../testing/sample-profile.js';
import type { ProfileContext } from './find-differences.js';
import { hashModelFile } from './hash-model-file.js';
import { readProfile } from './read-profile.js';
import { writeProfile } from './write-profile.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-profile-'));
  file = path.join(folder, 'profile.json');
});
afterEach(() => rm(folder, { recursive: true }));

function sameContext(): ProfileContext {
  const { machine, libraries, models } = sampleProfile();
  return { machine, libraries, models, engines: ['engine 1.0'] };
}

describe('reading a profile', () => {
  beforeEach(() => writeProfile(file, sampleProfile()));

  it('gives what was written, where everything is the same', async () => {
    const { profile, differences } = await readProfile(file, { context: sameContext() });
    expect(profile).toEqual(sampleProfile());
    expect(differences).toEqual([]);
  });

  const context = sameContext();
  const { machine } = context;
  const others: [string, ProfileContext, string][] = [
    [
      'processor',
      { ...context, machine: { ...machine, processor: 'another' } },
      'the processor was a processor, and is another',
    ],
    ['core count', { ...context, machine: { ...machine, cores: 4 } }, 'the number of cores was 2, and is 4'],
    [
      'system',
      { ...context, machine: { ...machine, system: 'win32 10 x64' } },
      'the system was linux x64, and is win32 x64',
    ],
    ['Node', { ...context, machine: { ...machine, node: 'v22.1.0' } }, 'Node was v20.0.0, and is v22.1.0'],
    [
      'library version',
      { ...context, libraries: { '@foretoken/core': '0.2.0' } },
      '@foretoken/core was 0.1.0, and is 0.2.0',
    ],
    ['library', { ...context, libraries: {} }, '@foretoken/core was 0.1.0, and is not there'],
    [
      'model file',
      { ...context, models: { target: { sha256: 'd'.repeat(64) } } },
      'the model target was another file',
    ],
    ['engine', { ...context, engines: ['engine 2.0'] }, 'the engine was engine 1.0, and is engine 2.0'],
  ];
  it.each(others)(
    'refuses another %s by name, and takes it where stale is allowed',
    async (_, other, line) => {
      const refused = readProfile(file, { context: other });
      await expect(refused).rejects.toThrow(ProfileMismatchError);
      await expect(refused).rejects.toThrow(line);
      const { profile, differences } = await readProfile(file, { context: other, allowStale: true });
      expect(profile).toEqual(sampleProfile());
      expect(differences).toEqual([expect.stringContaining(line)]);
    },
  );

  it('takes another kernel, another memory size, and models that the profile does not hold', async () => {
    const { differences } = await readProfile(file, {
      context: {
        ...context,
        machine: { ...machine, system: 'linux 6.9.9-generic x64', memoryBytes: 4e9 },
        models: { third: { sha256: 'e'.repeat(64) } },
      },
    });
    expect(differences).toEqual([]);
  });

  it('allows no broken file, stale or not', async () => {
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 700));
    await expect(readProfile(file, { context, allowStale: true })).rejects.toThrow(ProfileFileError);
    await expect(readProfile(path.join(folder, 'none'), { context })).rejects.toThrow(
      'cannot be read (ENOENT)',
    );
  });
});

describe('writing a profile', () => {
  it('replaces the file at once, and leaves nothing beside it', async () => {
    await writeFile(file, 'what was there before');
    await writeProfile(file, sampleProfile());
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(sampleProfile());
    expect(await readdir(folder)).toEqual(['profile.json']);
  });

  it('is whole for every reader, whenever it reads', async () => {
    await writeProfile(file, sampleProfile());
    let writing = true;
    const reads: unknown[] = [];
    const reader = (async () => {
      while (writing) reads.push(JSON.parse(await readFile(file, 'utf8')));
    })();
    for (let round = 0; round < 20; round++) await writeProfile(file, sampleProfile());
    writing = false;
    await reader;
    expect(reads.length).toBeGreaterThan(0);
    for (const read of reads) expect(read).toEqual(sampleProfile());
  });

  it('keeps the old file and cleans up where it cannot', async () => {
    await expect(writeProfile(path.join(folder, 'none', 'p.json'), sampleProfile())).rejects.toThrow(
      'cannot be written (ENOENT)',
    );
    const taken = path.join(folder, 'taken');
    await mkdir(path.join(taken, 'inside'), { recursive: true });
    await expect(writeProfile(taken, sampleProfile())).rejects.toThrow(ProfileFileError);
    expect(await readdir(folder)).toEqual(['taken']);
  });
});

describe('the hash of a model file', () => {
  it('is SHA-256 over all of it, however many pieces', async () => {
    const bytes = Buffer.alloc((1 << 20) * 2 + 12_345, 'pattern');
    await writeFile(file, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(await hashModelFile(file)).toEqual({ sha256, bytes: bytes.length });
  });

  it('can be interrupted', async () => {
    await writeFile(file, 'text');
    await expect(hashModelFile(file, AbortSignal.abort())).rejects.toThrow('aborted');
  });
});
