import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { downloadFileToCacheDir, scanCachedRepo } from '@huggingface/hub';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  blobName,
  cutAfter,
  type HubServer,
  type SeenRequest,
  startHubServer,
} from '../testing/hub-server.js';
import { seededBytes } from '../testing/seeded-bytes.js';
import { findCachedModel } from './cache/cached-models.js';
import { type PullOptions, type PullProgress, pullModel } from './pull-model.js';

const [commit, newerCommit] = ['a'.repeat(40), 'b'.repeat(40)];
const small = seededBytes(1, 97);
const [first, second] = [seededBytes(2, 3000), seededBytes(3, 2000)];
const files = {
  'README.md': Buffer.from('# A model\n'),
  'm-Q4_K_M.gguf': small,
  'deep/m-Q8_0-00001-of-00002.gguf': first,
  'deep/m-Q8_0-00002-of-00002.gguf': second,
};
const one = 'owner/model:Q4_K_M';

let folder: string;
let server: HubServer;
const servers: HubServer[] = [];
const start = async (options: Partial<HubServer['options']> = {}): Promise<HubServer> => {
  server = await startHubServer({
    repositories: {
      'owner/model': { commit, files },
      'owner/private': { commit, files, access: 'private' },
      'owner/gated': { commit, files, access: 'gated' },
    },
    tokens: { hf_reader: 'reader', hf_accepted: 'accepted' },
    ...options,
  });
  servers.push(server);
  return server;
};
const pull = (name: string, options: PullOptions = {}) =>
  pullModel(name, {
    cacheFolder: folder,
    endpoint: server.url,
    retries: 0,
    token: '',
    offline: false,
    ...options,
  });
const repositoryPath = (...parts: string[]): string => path.join(folder, 'models--owner--model', ...parts);
const blobOf = (name: keyof typeof files): string => repositoryPath('blobs', blobName(name, files[name]));
const contentRequests = (): SeenRequest[] => server.requests.filter(({ at }) => at === 'content');
/** Interferes with what the servers of contents send. */
const onContent =
  (answer: (request: SeenRequest, response: ServerResponse, body: Buffer) => boolean) =>
  (request: SeenRequest, response: ServerResponse, body: Buffer): boolean =>
    request.at === 'content' && answer(request, response, body);

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-hub-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((running) => running.close()));
  await rm(folder, { recursive: true });
});

describe('a pull', () => {
  it('lays the file where other tools of the hub look for it', async () => {
    await start();
    const model = await pull(one);
    const snapshot = repositoryPath('snapshots', commit, 'm-Q4_K_M.gguf');
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
    expect(await readFile(repositoryPath('refs', 'main'), 'utf8')).toBe(commit);
    expect(await readdir(repositoryPath('blobs'))).toEqual([blobName('m-Q4_K_M.gguf', small)]);
    // The hub's own library reads the folder.
    const scanned = await scanCachedRepo(repositoryPath());
    expect(scanned.revisions).toMatchObject([{ commitOid: commit, refs: ['main'], size: small.length }]);
  });

  it('takes what the hub’s own library brought, and the other way round', async () => {
    await start();
    const from = { repo: 'owner/model', hubUrl: server.url, cacheDir: folder, revision: commit };
    const name = 'deep/m-Q8_0-00001-of-00002.gguf';
    const brought = await downloadFileToCacheDir({ ...from, path: name });
    await downloadFileToCacheDir({ ...from, path: 'deep/m-Q8_0-00002-of-00002.gguf' });
    const before = contentRequests().length;
    const model = await pull('owner/model:Q8_0');
    expect(model.paths[0]).toBe(brought);
    expect(contentRequests().length).toBe(before);
    await pull(one);
    const requests = server.requests.length;
    expect(await downloadFileToCacheDir({ ...from, path: 'm-Q4_K_M.gguf' })).toBe((await pull(one)).path);
    expect(server.requests.slice(requests).filter(({ at }) => at === 'content')).toEqual([]);
  });

  it('brings all parts of a split file, from a list of several pages, and says how far it is', async () => {
    await start({ pageSize: 2 });
    const progress: PullProgress[] = [];
    const model = await pull('owner/model:q8_0', { onProgress: (now) => progress.push(now) });
    expect(model).toMatchObject({ partCount: 2, byteLength: 5000, path: model.paths[0] });
    expect(await Promise.all(model.paths.map((part) => readFile(part)))).toEqual([first, second]);
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
    await start();
    const { path: readme } = await pull('owner/model:README.md');
    expect(await readFile(readme, 'utf8')).toBe('# A model\n');
    expect(await readlink(readme)).toContain(blobName('README.md', files['README.md']));
  });

  it('asks for no content that is there, and takes only the changed file of a newer commit', async () => {
    await start();
    const before = await pull(one);
    await pull(one);
    expect(contentRequests()).toHaveLength(1);
    const changed = seededBytes(4, 60);
    server.options.repositories = {
      'owner/model': { commit: newerCommit, files: { ...files, 'm-Q4_K_M.gguf': changed } },
    };
    await pull('owner/model:Q8_0');
    const after = await pull(one);
    expect(after.path).toBe(repositoryPath('snapshots', newerCommit, 'm-Q4_K_M.gguf'));
    expect(await readFile(after.path)).toEqual(changed);
    expect(await readFile(before.path)).toEqual(small);
    expect(await readFile(repositoryPath('refs', 'main'), 'utf8')).toBe(newerCommit);
    expect(findCachedModel(one, folder)).toEqual(after);
  });

  it('may be done twice at once', async () => {
    await start({
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
    const [left, right] = await Promise.all([pull(one), pull(one)]);
    expect(left).toEqual(right);
    expect(await readFile(left.path)).toEqual(small);
    expect(await readdir(repositoryPath('blobs'))).toHaveLength(1);
  });
});

describe('an interrupted pull', () => {
  it('goes on from every byte, and ends with the right file', async () => {
    let cut: number | undefined;
    await start({
      interfere: onContent((request, response, body) => {
        if (cut === undefined) return false;
        cutAfter(cut, request, response, body);
        return true;
      }),
    });
    for (let count = 0; count < small.length; count++) {
      await rm(repositoryPath(), { recursive: true, force: true });
      cut = count;
      await expect(pull(one)).rejects.toThrow(
        count === 0 ? /./ : new RegExp(`broke off at ${count} B of 97 B.*same command goes on`),
      );
      expect(await readFile(`${blobOf('m-Q4_K_M.gguf')}.incomplete`), `byte ${count}`).toEqual(
        small.subarray(0, count),
      );
      expect(existsSync(repositoryPath('snapshots'))).toBe(false);
      cut = undefined;
      const { path: pulled } = await pull(one);
      expect(contentRequests().at(-1)?.range).toBe(`bytes=${count}-`);
      expect(await readFile(pulled)).toEqual(small);
      expect(await readdir(repositoryPath('blobs'))).toHaveLength(1);
    }
  });

  it('goes on by itself as long as every try brings something', async () => {
    await start({
      interfere: onContent((request, response, body) => {
        cutAfter(20, request, response, body);
        return true;
      }),
    });
    const { path: pulled } = await pull(one, { retries: 1 });
    expect(await readFile(pulled)).toEqual(small);
    expect(contentRequests().map(({ range }) => range)).toEqual(
      [0, 20, 40, 60, 80].map((start) => `bytes=${start}-`),
    );
  });

  it('goes on at the part of a split file that is missing', async () => {
    await start({
      interfere: onContent((request, response, body) => {
        if (!body.equals(second) || request.range !== 'bytes=0-') return false;
        cutAfter(5, request, response, body);
        return true;
      }),
    });
    await expect(pull('owner/model:Q8_0')).rejects.toThrow(/00002-of-00002\.gguf broke off/);
    expect(() => findCachedModel('owner/model:Q8_0', folder)).toThrow(/is not in the cache/);
    await pull('owner/model:Q8_0');
    expect(contentRequests().map(({ range }) => range)).toEqual(['bytes=0-', 'bytes=0-', 'bytes=5-']);
  });

  it('stops when it is told to, keeps what is there, and goes on', async () => {
    await start({
      interfere: onContent((request, response, body) => {
        if (request.range !== 'bytes=0-') return false;
        response.writeHead(206, { 'content-range': `bytes 0-96/97` });
        response.write(body.subarray(0, 33));
        return true;
      }),
    });
    const controller = new AbortController();
    const onProgress = ({ bytes }: PullProgress): void => {
      if (bytes === 33) controller.abort();
    };
    await expect(pull(one, { signal: controller.signal, onProgress })).rejects.toMatchObject({
      name: 'AbortError',
    });
    await pull(one);
    expect(contentRequests().map(({ range }) => range)).toEqual(['bytes=0-', 'bytes=33-']);
  });

  it('begins anew from a server without ranges', async () => {
    await start({
      interfere: onContent((_, response, body) => {
        response.end(body);
        return true;
      }),
    });
    await mkdir(repositoryPath('blobs'), { recursive: true });
    await writeFile(`${blobOf('m-Q4_K_M.gguf')}.incomplete`, small.subarray(0, 50));
    expect(await readFile((await pull(one)).path)).toEqual(small);
  });

  it.each([
    ['of the right length', Buffer.alloc(97)],
    ['too short', Buffer.alloc(40)],
    ['too long', Buffer.alloc(200)],
  ])('begins anew where what lay there was something else, %s', async (_, rest) => {
    await start();
    await mkdir(repositoryPath('blobs'), { recursive: true });
    await writeFile(`${blobOf('m-Q4_K_M.gguf')}.incomplete`, rest);
    expect(await readFile((await pull(one)).path)).toEqual(small);
  });
});

describe('a server that sends something else', () => {
  const broken = Buffer.from(small).fill(0, 40, 41);
  it.each<[what: string, answer: (response: ServerResponse) => void, name: string, message: RegExp]>([
    [
      'other bytes',
      (response) => response.end(broken),
      'InvalidModelFileError',
      /m-Q4_K_M\.gguf arrived with the hash [0-9a-f]{64} where the hub says [0-9a-f]{64}, and was thrown away.*HF_ENDPOINT/,
    ],
    [
      'more bytes',
      (response) => response.end(Buffer.concat([small, small])),
      'EndpointReplyError',
      /more than the 97 bytes/,
    ],
    [
      'fewer bytes, as if that were all',
      (response) => response.end(small.subarray(0, 90)),
      'EndpointUnreachableError',
      /broke off at 90 B of 97 B: the answer ended/,
    ],
    [
      'another range',
      (response) => response.writeHead(206, { 'content-range': 'bytes 7-96/97' }).end(small.subarray(7)),
      'EndpointReplyError',
      /asked for the bytes from 0 and sends others/,
    ],
    [
      'an error',
      (response) => response.writeHead(503).end(),
      'EndpointReplyError',
      /not serve it now: try again later/,
    ],
    ['nothing', (response) => response.destroy(), 'EndpointUnreachableError', /cannot be reached/],
  ])('%s is named, and leaves no model behind', async (_, answer, name, message) => {
    await start({
      interfere: onContent((__, response) => {
        answer(response);
        return true;
      }),
    });
    const error: unknown = await pull(one).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name, message: expect.stringMatching(message) });
    expect(existsSync(blobOf('m-Q4_K_M.gguf'))).toBe(false);
    expect(() => findCachedModel(one, folder)).toThrow(/is not in the cache/);
    if (name === 'InvalidModelFileError') expect(await readdir(repositoryPath('blobs'))).toEqual([]);
    // Whatever it left, the next pull ends well.
    server.options.interfere = undefined;
    expect(await readFile((await pull(one)).path)).toEqual(small);
  });

  it.each<[what: string, at: RegExp, body: string, message: RegExp]>([
    ['a page of a proxy', /revision/, '<html>Log in</html>', /does not answer as the hub does.*proxy/],
    ['no commit', /revision/, '{"id":"owner/model"}', /a hash "undefined"/],
    ['a commit that is a path', /revision/, '{"sha":"../../../../etc"}', /a hash/],
    ['no list', /tree/, '{"error":1}', /does not answer as the hub does/],
    ['a hash that is a path', /tree/, '[{"type":"file","path":"a.gguf","size":1,"oid":"../../x"}]', /a hash/],
    ...[
      '../x.gguf',
      '/x.gguf',
      'a/../../x.gguf',
      'C:\\x.gguf',
      'a\\x.gguf',
      'C:x.gguf',
      'a//x.gguf',
      '',
      'a\u001b[2J.gguf',
    ].map((name): [string, RegExp, string, RegExp] => [
      `a file ${JSON.stringify(name)}`,
      /tree/,
      JSON.stringify([{ type: 'file', path: name, size: 1, oid: commit }]),
      /a file/,
    ]),
    [
      'a size that is none',
      /tree/,
      `[{"type":"file","path":"a.gguf","size":-1,"oid":"${commit}"}]`,
      /-1 bytes/,
    ],
  ])('%s in the list is refused before anything is written', async (_, at, body, message) => {
    await start({
      interfere: ({ url }, response) => {
        if (!at.test(url)) return false;
        response.end(body);
        return true;
      },
    });
    await expect(pull('owner/model')).rejects.toMatchObject({
      name: 'EndpointReplyError',
      message: expect.stringMatching(message),
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('access', () => {
  it.each<[what: string, name: string, token: string, message: RegExp]>([
    [
      'a model that is not there',
      'owner/missing',
      '',
      /no such model, or it is private: check the name.*HF_TOKEN.*401/,
    ],
    ['a private model', 'owner/private', '', /no such model, or it is private.*owner\/private/],
    [
      'a missing model, with a token',
      'owner/missing',
      'hf_reader',
      /no such model, or the token may not see it.*404/,
    ],
    [
      'a token that the hub does not know',
      'owner/model',
      'hf_wrong',
      /token does not give access.*Invalid credentials/,
    ],
    [
      'a gated model',
      'owner/gated',
      '',
      /gated: accept its conditions on .*\/owner\/gated; then give a token/,
    ],
    [
      'a gated model, with a token',
      'owner/gated',
      'hf_reader',
      /gated: .* of an account that has not\..*403/,
    ],
  ])('%s', async (_, name, token, message) => {
    await start();
    const error: unknown = await pull(`${name}:Q4_K_M`, { token }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'EndpointReplyError', message: expect.stringMatching(message) });
    expect(existsSync(path.join(folder, `models--${name.replace('/', '--')}`, 'snapshots'))).toBe(false);
  });

  it('a token opens what it may, and goes to the hub alone', async () => {
    await start();
    await pull('owner/private:Q4_K_M', { token: 'hf_reader' });
    await pull('owner/gated:Q4_K_M', { token: ' hf_accepted\n' });
    await pull('owner/private:README.md', { token: 'hf_reader' });
    for (const { at, authorization } of server.requests) {
      expect(authorization === undefined).toBe(at === 'content');
    }
    await expect(pull(one, { token: 'two tokens' })).rejects.toThrow(/HF_TOKEN/);
  });

  it('too many requests and a failing hub are waited for, and then named', async () => {
    let status = 429;
    let left = 1;
    await start({
      interfere: (_, response) => {
        if (left-- <= 0) return false;
        response.writeHead(status, { 'retry-after': '7' }).end();
        return true;
      },
    });
    await pull(one, { retries: 1 });
    for (const [code, message] of [
      [429, /too many requests: wait 7 s, or give a token/],
      [500, /does not serve it now/],
    ] as const) {
      [status, left] = [code, 2];
      await expect(pull(one, { retries: 1 })).rejects.toThrow(message);
    }
  });

  it('a hub that is not there is named, with what to check', async () => {
    await start();
    const { url } = server;
    await server.close();
    await expect(pull(one)).rejects.toMatchObject({
      name: 'EndpointUnreachableError',
      url: expect.stringContaining(url),
      message: expect.stringMatching(/cannot be reached: .*ECONNREFUSED.*HF_ENDPOINT.*HF_HUB_OFFLINE/),
    });
    await expect(pull(one, { endpoint: 'hub.example' })).rejects.toThrow(/HF_ENDPOINT is "hub\.example"/);
  });

  it('a name that means no model of the hub is no request', async () => {
    await start();
    await expect(pull('model')).rejects.toThrow(/names no model of the hub.*owner\/model:Q4_K_M/);
    await expect(pull('owner/model')).rejects.toThrow(/has 2 models on the hub/);
    await expect(pull('owner/model:Q2_K')).rejects.toThrow(/nothing named "Q2_K" on the hub/);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a cache that cannot be written', () => {
  it.skipIf(!existsSync('/dev/full'))('a disk that fills up is named, with what is missing', async () => {
    await start();
    await mkdir(repositoryPath('blobs'), { recursive: true });
    await symlink('/dev/full', `${blobOf('m-Q4_K_M.gguf')}.incomplete`);
    await expect(pull(one)).rejects.toMatchObject({
      name: 'CacheWriteError',
      message: expect.stringMatching(
        /ENOSPC.*disk is full, and 97 B are missing: free them, or set HF_HUB_CACHE/,
      ),
    });
    expect(contentRequests()).toHaveLength(1);
  });

  it('a model that the disk has no room for is refused before its download', async () => {
    const size = 2 ** 52;
    await start({
      interfere: ({ url }, response) => {
        if (!url.includes('/tree/')) return false;
        response.end(JSON.stringify([{ type: 'file', path: 'm-Q8_0.gguf', size, oid: commit }]));
        return true;
      },
    });
    await expect(pull('owner/model')).rejects.toMatchObject({
      name: 'CacheWriteError',
      message: expect.stringMatching(/has [\d.]+ [kMGT]?B free where 4503\.6 TB are to come.*HF_HUB_CACHE/),
    });
    expect(contentRequests()).toEqual([]);
  });

  it('a folder that cannot be made is named', async () => {
    await start();
    await writeFile(path.join(folder, 'file'), '');
    await expect(pull(one, { cacheFolder: path.join(folder, 'file', 'hub') })).rejects.toMatchObject({
      name: 'CacheWriteError',
      message: expect.stringMatching(/file.hub.*cannot be written \(ENOTDIR\): set HF_HUB_CACHE/),
    });
  });

  it('a folder where the file should be is named', async () => {
    await start();
    await mkdir(`${blobOf('m-Q4_K_M.gguf')}.incomplete`, { recursive: true });
    await expect(pull(one)).rejects.toMatchObject({
      name: 'CacheWriteError',
      message: expect.stringMatching(/\.incomplete cannot be written \(EISDIR\)/),
    });
  });
});

describe('offline', () => {
  it('takes what the cache holds, asks for nothing, and says what is missing', async () => {
    await start();
    const model = await pull(one);
    const requests = server.requests.length;
    expect(await pull(one, { offline: true })).toEqual(model);
    await expect(pull('owner/model:Q8_0', { offline: true })).rejects.toThrow(
      /HF_HUB_OFFLINE is set.*nothing named "Q8_0" in the cache/,
    );
    await expect(pull('owner/other', { offline: true })).rejects.toThrow(
      /HF_HUB_OFFLINE is set.*not in the cache/,
    );
    expect(server.requests.length).toBe(requests);
  });
});

it('what is there is not written again', async () => {
  await start();
  const { path: pulled } = await pull(one);
  const { mtimeMs, ino } = await stat(pulled);
  await pull(one);
  expect(await stat(pulled)).toMatchObject({ mtimeMs, ino });
});
