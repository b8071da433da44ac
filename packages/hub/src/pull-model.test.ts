import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import { downloadFileToCacheDir, scanCachedRepo } from '@huggingface/hub';
import { describe, expect, it, vi } from 'vitest';
import { blobName } from '../testing/hub-server.js';
import { commit, files, one, onContent, parts, small, usePullFixture } from '../testing/pull-fixture.js';
import { seededBytes } from '../testing/seeded-bytes.js';
import { cachedModels, findCachedModel } from './cache/cached-models.js';
import { removeCachedModel } from './cache/remove-cached-model.js';
import type { PullProgress } from './pull-model.js';

const newerCommit = 'b'.repeat(40);
const hub = usePullFixture();

describe('a pull', () => {
  it('lays the file where other tools of the hub look for it', async () => {
    await hub.start();
    const model = await hub.pull(one);
    const snapshot = hub.inRepository('snapshots', commit, 'm-Q4_K_M.gguf');
    expect(model).toEqual({
      name: one,
      repository: 'owner/model',
      commit,
      quantization: 'Q4_K_M',
      path: snapshot,
      paths: [snapshot],
      partCount: 1,
      byteLength: small.length,
    });
    expect(await readFile(snapshot)).toEqual(small);
    expect(await readlink(snapshot)).toBe(path.join('..', '..', 'blobs', blobName('m-Q4_K_M.gguf', small)));
    expect(await readFile(hub.inRepository('refs', 'main'), 'utf8')).toBe(commit);
    expect(await readdir(hub.inRepository('blobs'))).toEqual([blobName('m-Q4_K_M.gguf', small)]);
    // The hub's own library reads the folder.
    const scanned = await scanCachedRepo(hub.inRepository());
    expect(scanned.revisions).toMatchObject([{ commitOid: commit, refs: ['main'], size: small.length }]);
  });

  it('takes what the hub’s own library brought, and the other way round', async () => {
    // The library says what it downloads.
    vi.spyOn(console, 'debug').mockReturnValue();
    await hub.start();
    const from = { repo: 'owner/model', hubUrl: hub.server.url, cacheDir: hub.folder, revision: commit };
    const name = 'deep/m-Q8_0-00001-of-00002.gguf';
    const brought = await downloadFileToCacheDir({ ...from, path: name });
    await downloadFileToCacheDir({ ...from, path: 'deep/m-Q8_0-00002-of-00002.gguf' });
    const before = hub.contentRequests().length;
    const model = await hub.pull('owner/model:Q8_0');
    expect(model.paths[0]).toBe(brought);
    expect(hub.contentRequests().length).toBe(before);
    await hub.pull(one);
    const requests = hub.server.requests.length;
    expect(await downloadFileToCacheDir({ ...from, path: 'm-Q4_K_M.gguf' })).toBe((await hub.pull(one)).path);
    expect(hub.server.requests.slice(requests).filter(({ at }) => at === 'content')).toEqual([]);
  });

  it('brings all parts of a split file, from a list of several pages, and says how far it is', async () => {
    await hub.start({ pageSize: 2 });
    const progress: PullProgress[] = [];
    const model = await hub.pull('owner/model:q8_0', { onProgress: (now) => progress.push(now) });
    expect(model).toMatchObject({ partCount: 2, byteLength: 5000, path: model.paths[0] });
    expect(await Promise.all(model.paths.map((part) => readFile(part)))).toEqual([...parts]);
    expect(progress.at(-1)).toEqual({
      file: 'deep/m-Q8_0-00002-of-00002.gguf',
      bytes: 5000,
      totalBytes: 5000,
    });
    expect(progress.map(({ bytes }) => bytes)).toEqual(
      progress.map(({ bytes }) => bytes).toSorted((a, b) => a - b),
    );
  });

  it('brings a file that is kept in Git, by its Git hash', async () => {
    await hub.start();
    const { path: readme } = await hub.pull('owner/model:README.md');
    expect(await readFile(readme, 'utf8')).toBe('# A model\n');
    expect(await readlink(readme)).toContain(blobName('README.md', files['README.md']));
  });

  it('asks for no content that is there, and takes only the changed file of a newer commit', async () => {
    await hub.start();
    const before = await hub.pull(one);
    await hub.pull(one);
    expect(hub.contentRequests()).toHaveLength(1);
    const changed = seededBytes(4, 60);
    hub.server.options.repositories = {
      'owner/model': { commit: newerCommit, files: { ...files, 'm-Q4_K_M.gguf': changed } },
    };
    await hub.pull('owner/model:Q8_0');
    const after = await hub.pull(one);
    expect(after.path).toBe(hub.inRepository('snapshots', newerCommit, 'm-Q4_K_M.gguf'));
    expect(await readFile(after.path)).toEqual(changed);
    expect(await readFile(before.path)).toEqual(small);
    expect(await readFile(hub.inRepository('refs', 'main'), 'utf8')).toBe(newerCommit);
    expect(findCachedModel(one, hub.folder)).toEqual(after);
  });

  it('may be done twice at once', async () => {
    await hub.start({
      // A byte at a time, so that the two take turns.
      interfere: onContent((request, response, body) => {
        const from = Number(/\d+/.exec(request.range ?? '')?.[0]);
        response.writeHead(206, { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` });
        let at = from;
        const send = (): void => {
          if (at === body.length) response.end();
          else response.write(body.subarray(at, (at += 1)), () => setImmediate(send));
        };
        send();
        return true;
      }),
    });
    const [left, right] = await Promise.all([hub.pull(one), hub.pull(one)]);
    expect(left).toEqual(right);
    expect(await readFile(left.path)).toEqual(small);
    expect(await readdir(hub.inRepository('blobs'))).toHaveLength(1);
  });

  it('what is there is not written again', async () => {
    await hub.start();
    const { path: pulled } = await hub.pull(one);
    const { mtimeMs, ino } = await stat(pulled);
    await hub.pull(one);
    expect(await stat(pulled)).toMatchObject({ mtimeMs, ino });
  });
});

describe('a pull of safetensors', () => {
  const folder = {
    'README.md': Buffer.from('# A model\n'),
    'config.json': Buffer.from('{}'),
    'tokenizer.json': Buffer.from('{"model":{}}'),
    'tokenizer_config.json': Buffer.from('{}\n'),
    'model-00001-of-00002.safetensors': seededBytes(5, 300),
    'model-00002-of-00002.safetensors': seededBytes(6, 200),
    'model.safetensors.index.json': Buffer.from('{"weight_map":{}}'),
    'original/model.safetensors': seededBytes(7, 500),
  };
  const wanted = Object.keys(folder).filter((name) => name !== 'README.md' && !name.startsWith('original'));

  it('brings the weights with what belongs to them, and the folder is the model', async () => {
    await hub.start({ repositories: { 'owner/model': { commit, files: folder } } });
    const model = await hub.pull('owner/model');
    expect(model).toMatchObject({
      name: 'owner/model:safetensors',
      partCount: 6,
      byteLength: 500 + 2 + 12 + 3 + 17,
    });
    expect(model.path).toBe(hub.inRepository('snapshots', commit));
    expect((await readdir(model.path)).toSorted()).toEqual(wanted.toSorted());
    for (const name of ['owner/model', 'owner/model:safetensors'])
      expect(findCachedModel(name, hub.folder)).toEqual(model);
    expect(cachedModels(hub.folder)).toEqual([model]);
    const { paths } = await removeCachedModel('owner/model', hub.folder);
    expect(paths).toHaveLength(6);
    expect(cachedModels(hub.folder)).toEqual([]);
  });

  it('is not complete without one of its parts', async () => {
    await hub.start({ repositories: { 'owner/model': { commit, files: folder } } });
    await hub.pull('owner/model:model-00001-of-00002.safetensors');
    await hub.pull('owner/model:config.json');
    expect(() => findCachedModel('owner/model', hub.folder)).toThrow(
      /of the 3 parts .* only 2 are in the cache: pull it/,
    );
  });

  it('goes after a GGUF file of the same repository, unless it is named', async () => {
    await hub.start({
      repositories: { 'owner/model': { commit, files: { ...folder, 'm-Q8_0.gguf': small } } },
    });
    expect((await hub.pull('owner/model')).name).toBe('owner/model:Q8_0');
    expect((await hub.pull('owner/model:safetensors')).path).toBe(hub.inRepository('snapshots', commit));
    expect(cachedModels(hub.folder).map(({ name }) => name)).toEqual([
      'owner/model:Q8_0',
      'owner/model:safetensors',
    ]);
  });
});

describe('offline', () => {
  it('takes what the cache holds, asks for nothing, and says what is missing', async () => {
    await hub.start();
    const model = await hub.pull(one);
    const requests = hub.server.requests.length;
    expect(await hub.pull(one, { offline: true })).toEqual(model);
    await expect(hub.pull('owner/model:Q8_0', { offline: true })).rejects.toThrow(
      /HF_HUB_OFFLINE is set.*nothing named "Q8_0" in the cache/,
    );
    await expect(hub.pull('owner/other', { offline: true })).rejects.toThrow(
      /HF_HUB_OFFLINE is set.*not in the cache/,
    );
    expect(hub.server.requests.length).toBe(requests);
  });
});
