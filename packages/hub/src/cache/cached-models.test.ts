import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cachedModels, findCachedModel } from './cached-models.js';
import { removeCachedModel } from './remove-cached-model.js';

const [older, newer] = ['1'.repeat(40), '2'.repeat(40)];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-cache-'));
});
afterEach(() => rm(folder, { recursive: true }));

const inRepository = (...parts: string[]): string => path.join(folder, 'models--owner--model', ...parts);
/** Writes a file of a repository as the hub's tools do: a content, and a link to it at a commit. */
async function put(commit: string, file: string, content: string, repository = 'models--owner--model') {
  const root = path.join(folder, repository);
  const link = path.join(root, 'snapshots', commit, file);
  await mkdir(path.join(root, 'blobs'), { recursive: true });
  await mkdir(path.join(root, 'refs'), { recursive: true });
  await mkdir(path.dirname(link), { recursive: true });
  await writeFile(path.join(root, 'blobs', content), content);
  await symlink(path.relative(path.dirname(link), path.join(root, 'blobs', content)), link);
  await writeFile(path.join(root, 'refs', 'main'), commit);
  return link;
}
const names = (): readonly string[] => cachedModels(folder).map(({ name }) => name);
/** Every path below the cache. */
const everything = async (): Promise<string[]> => (await readdir(folder, { recursive: true })).toSorted();

describe('the models of the cache', () => {
  it('are the GGUF files of models, whoever brought them, with their parts and quantisations', async () => {
    const single = await put(newer, 'm-Q4_K_M.gguf', 'four');
    await put(newer, 'model.safetensors', 'other');
    const parts = [
      await put(newer, 'deep/m-Q8_0-00001-of-00002.gguf', 'first'),
      await put(newer, 'deep/m-Q8_0-00002-of-00002.gguf', 'second'),
    ];
    await put(newer, 'plain.gguf', 'plain', 'models--owner--other');
    await put(newer, 'data.gguf', 'data', 'datasets--owner--data');
    await writeFile(path.join(folder, 'version.txt'), '1');
    expect(cachedModels(folder)).toMatchObject([
      { name: 'owner/model:Q8_0', path: parts[0], paths: parts, partCount: 2, byteLength: 11 },
      { name: 'owner/model:Q4_K_M', path: single, quantization: 'Q4_K_M', commit: newer, byteLength: 4 },
      { name: 'owner/other:plain.gguf', quantization: undefined },
    ]);
    for (const model of cachedModels(folder)) expect(findCachedModel(model.name, folder)).toEqual(model);
  });

  it('are named by their files where the quantisation does not tell them apart', async () => {
    await put(newer, 'a-Q8_0.gguf', 'a');
    await put(newer, 'b-Q8_0.gguf', 'b');
    expect(names()).toEqual(['owner/model:a-Q8_0.gguf', 'owner/model:b-Q8_0.gguf']);
    expect(() => findCachedModel('owner/model:Q8_0', folder)).toThrow(/has 2 models in the cache: say which/);
  });

  it('come from the main branch, else from another commit; one that two commits share is one', async () => {
    await put(older, 'm-Q4_0.gguf', 'old');
    const kept = await put(older, 'm-Q8_0.gguf', 'same');
    const current = await put(newer, 'm-Q4_0.gguf', 'new');
    expect(names()).toEqual(['owner/model:Q4_0', 'owner/model:Q4_0', 'owner/model:Q8_0']);
    expect(findCachedModel('owner/model:Q4_0', folder)).toMatchObject({ path: current, commit: newer });
    expect(findCachedModel('owner/model:Q8_0', folder)).toMatchObject({ path: kept, commit: older });
    await put(newer, 'm-Q8_0.gguf', 'same');
    expect(names()).toHaveLength(3);
    await writeFile(inRepository('refs', 'main'), older);
    expect(findCachedModel('owner/model:Q4_0', folder)).toMatchObject({ commit: older });
  });

  // Was wrong: parts that the newer commit lacks were added to it, and the model was refused as of different commits.
  it('of safetensors are those of one commit, the newest that has them whole', async () => {
    await put(older, 'config.json', '{"old":1}');
    await put(older, 'chat_template.json', 'template');
    await put(older, 'model.safetensors', 'whole');
    await put(newer, 'config.json', '{"new":1}');
    await put(newer, 'model-00001-of-00002.safetensors', 'one');
    expect(findCachedModel('owner/model', folder)).toMatchObject({ commit: older, byteLength: 22 });
    await put(newer, 'model-00002-of-00002.safetensors', 'two');
    const model = findCachedModel('owner/model', folder);
    expect(model).toMatchObject({ commit: newer, byteLength: 15, partCount: 3 });
    expect(model.paths.every((file) => file.includes(newer))).toBe(true);
    // A file by its name is the newest of that name all the same.
    expect(findCachedModel('owner/model:chat_template.json', folder).commit).toBe(older);
  });

  // Was wrong: they were listed by names that mean nothing to the other commands.
  it('have names that find them: a projector its file’s, and none without an owner is listed', async () => {
    await put(newer, 'mmproj-m-Q8_0.gguf', 'projector');
    await put(newer, 'm-Q8_0.gguf', 'model');
    await put(newer, 'old.gguf', 'old', 'models--gpt2');
    expect(names()).toEqual(['owner/model:Q8_0', 'owner/model:mmproj-m-Q8_0.gguf']);
    for (const model of cachedModels(folder)) expect(findCachedModel(model.name, folder)).toEqual(model);
  });

  it('that are not whole are listed, and not found', async () => {
    await put(newer, 'm-Q8_0-00001-of-00002.gguf', 'first');
    expect(cachedModels(folder)).toMatchObject([{ partCount: 2, paths: [expect.any(String)] }]);
    expect(() => findCachedModel('owner/model', folder)).toThrow(
      /of the 2 parts .* only 1 are in the cache: pull it/,
    );
    await put(older, 'm-Q8_0-00002-of-00002.gguf', 'second');
    expect(() => findCachedModel('owner/model', folder)).toThrow(/parts of it from different commits/);
  });

  it('whose content somebody removed are not there', async () => {
    await put(newer, 'm-Q4_0.gguf', 'four');
    await rm(inRepository('blobs', 'four'));
    expect(names()).toEqual([]);
    expect(() => findCachedModel('owner/model:Q4_0', folder)).toThrow(
      /^owner\/model:Q4_0 is not in the cache .*: "foretoken pull owner\/model:Q4_0" brings it\.$/,
    );
  });

  it('are none where there is no cache', () => {
    expect(cachedModels(path.join(folder, 'missing'))).toEqual([]);
  });
});

describe('a removed model', () => {
  it('is gone at every commit, with its contents and nothing else', async () => {
    const [old, current] = [await put(older, 'm-Q4_0.gguf', 'old'), await put(newer, 'm-Q4_0.gguf', 'new!')];
    await put(newer, 'config.json', 'config');
    await put(older, 'm-Q8_0.gguf', 'eight');
    await put(newer, 'x.gguf', 'x', 'models--owner--other');
    await writeFile(inRepository('blobs', `${'e'.repeat(64)}.incomplete`), 'of another pull');
    await writeFile(inRepository('refs', 'main'), newer);
    const before = await everything();
    const removed = await removeCachedModel('owner/model:q4_0', folder);
    expect(removed).toEqual({ paths: [current, old], byteLength: 7 });
    const gone = [old, current, inRepository('blobs', 'old'), inRepository('blobs', 'new!')];
    const relative = gone.map((file) => path.relative(folder, file));
    expect(await everything()).toEqual(before.filter((file) => !relative.includes(file)));
  });

  it('leaves contents that another file has, and those outside the cache', async () => {
    await put(newer, 'm-Q4_0.gguf', 'same');
    await put(newer, 'again.gguf', 'same');
    const outside = path.join(folder, 'own.gguf');
    await writeFile(outside, 'own');
    await symlink(outside, inRepository('snapshots', newer, 'own-Q8_0.gguf'));
    expect(await removeCachedModel('owner/model:Q4_0', folder)).toMatchObject({ byteLength: 0 });
    expect(await removeCachedModel('owner/model:Q8_0', folder)).toMatchObject({ byteLength: 0 });
    expect(existsSync(outside)).toBe(true);
    expect(names()).toEqual(['owner/model:again.gguf']);
  });

  it('takes its folders along once they are empty, found through a link or not', async () => {
    await put(older, 'deep/m-Q8_0-00001-of-00002.gguf', 'one');
    await put(older, 'deep/m-Q8_0-00002-of-00002.gguf', 'two');
    const linked = `${folder}-link`;
    await symlink(folder, linked);
    try {
      expect(await removeCachedModel('owner/model', linked)).toMatchObject({ byteLength: 6 });
      expect(await everything()).toEqual([]);
    } finally {
      await rm(linked);
    }
  });

  it('keeps the branch of a commit that is still there, and only that', async () => {
    await put(older, 'm-Q4_0.gguf', 'four');
    await put(newer, 'config.json', 'config');
    await mkdir(inRepository('refs', 'pr'));
    await writeFile(inRepository('refs', 'pr', '1'), older);
    await removeCachedModel('owner/model:Q4_0', folder);
    expect(await readdir(inRepository('snapshots'))).toEqual([newer]);
    expect(await readdir(inRepository('refs', 'pr'))).toEqual([]);
    expect(existsSync(inRepository('refs', 'main'))).toBe(true);
  });

  it('may be a file without a link, and part of a split one', async () => {
    const file = inRepository('snapshots', newer, 'm-Q8_0-00002-of-00003.gguf');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, 'copied');
    expect(await removeCachedModel('owner/model', folder)).toEqual({ paths: [file], byteLength: 6 });
    expect(await everything()).toEqual([]);
  });

  it('is refused where the name means none or several, and nothing is touched', async () => {
    await put(newer, 'm-Q4_0.gguf', 'four');
    await put(newer, 'm-Q8_0.gguf', 'eight');
    const before = await everything();
    await expect(removeCachedModel('owner/model', folder)).rejects.toThrow(
      /has 2 models in the cache: say which/,
    );
    await expect(removeCachedModel('owner/model:Q2_K', folder)).rejects.toThrow(
      /nothing named "Q2_K" in the cache/,
    );
    await expect(removeCachedModel('owner/none', folder)).rejects.toThrow(/owner\/none is not in the cache/);
    await expect(removeCachedModel('model', folder)).rejects.toThrow(/names no model/);
    expect(await everything()).toEqual(before);
  });
});
