import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commit, one, onContent, small, usePullFixture } from '../testing/pull-fixture.js';
import { findCachedModel } from './cache/cached-models.js';

const hub = usePullFixture();

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
    await hub.start();
    const error: unknown = await hub.pull(`${name}:Q4_K_M`, { token }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'EndpointReplyError', message: expect.stringMatching(message) });
    expect(existsSync(path.join(hub.folder, `models--${name.replace('/', '--')}`, 'snapshots'))).toBe(false);
  });

  it('a token opens what it may, and goes to the hub alone', async () => {
    await hub.start();
    await hub.pull('owner/private:Q4_K_M', { token: 'hf_reader' });
    await hub.pull('owner/gated:Q4_K_M', { token: ' hf_accepted\n' });
    await hub.pull('owner/private:README.md', { token: 'hf_reader' });
    for (const { at, authorization } of hub.server.requests) {
      expect(authorization === undefined).toBe(at === 'content');
    }
    await expect(hub.pull(one, { token: 'two tokens' })).rejects.toThrow(/HF_TOKEN/);
  });

  it('too many requests and a failing hub are waited for, and then named', async () => {
    let status = 429;
    let left = 1;
    await hub.start({
      interfere: (_, response) => {
        if (left-- <= 0) return false;
        response.writeHead(status, { 'retry-after': '7' }).end();
        return true;
      },
    });
    await hub.pull(one, { retries: 1 });
    for (const [code, message] of [
      [429, /too many requests: wait 7 s, or give a token/],
      [500, /does not serve it now/],
    ] as const) {
      [status, left] = [code, 2];
      await expect(hub.pull(one, { retries: 1 })).rejects.toThrow(message);
    }
  });

  it('a hub that is not there is named, with what to check', async () => {
    await hub.start();
    const { url } = hub.server;
    await hub.server.close();
    await expect(hub.pull(one)).rejects.toMatchObject({
      name: 'EndpointUnreachableError',
      url: expect.stringContaining(url),
      message: expect.stringMatching(/cannot be reached: .*ECONNREFUSED.*HF_ENDPOINT.*HF_HUB_OFFLINE/),
    });
    await expect(hub.pull(one, { endpoint: 'hub.example' })).rejects.toThrow(/HF_ENDPOINT is "hub\.example"/);
  });

  it('a name that means no model of the hub is no request', async () => {
    await hub.start();
    await expect(hub.pull('model')).rejects.toThrow(/names no model of the hub.*owner\/model:Q4_K_M/);
    await expect(hub.pull('owner/model')).rejects.toThrow(/has 2 models on the hub/);
    await expect(hub.pull('owner/model:Q2_K')).rejects.toThrow(/nothing named "Q2_K" on the hub/);
    expect(await readdir(hub.folder)).toEqual([]);
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
    await hub.start({
      interfere: onContent((__, response) => {
        answer(response);
        return true;
      }),
    });
    const error: unknown = await hub.pull(one).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name, message: expect.stringMatching(message) });
    expect(existsSync(hub.blobOf('m-Q4_K_M.gguf'))).toBe(false);
    expect(() => findCachedModel(one, hub.folder)).toThrow(/is not in the cache/);
    if (name === 'InvalidModelFileError') expect(await readdir(hub.inRepository('blobs'))).toEqual([]);
    // Whatever it left, the next pull ends well.
    hub.server.options.interfere = undefined;
    expect(await readFile((await hub.pull(one)).path)).toEqual(small);
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
    await hub.start({
      interfere: ({ url }, response) => {
        if (!at.test(url)) return false;
        response.end(body);
        return true;
      },
    });
    await expect(hub.pull('owner/model')).rejects.toMatchObject({
      name: 'EndpointReplyError',
      message: expect.stringMatching(message),
    });
    expect(await readdir(hub.folder)).toEqual([]);
  });
});

describe('a cache that cannot be written', () => {
  it.skipIf(!existsSync('/dev/full'))('a disk that fills up is named, with what is missing', async () => {
    await hub.start();
    await mkdir(hub.inRepository('blobs'), { recursive: true });
    await symlink('/dev/full', `${hub.blobOf('m-Q4_K_M.gguf')}.incomplete`);
    await expect(hub.pull(one)).rejects.toMatchObject({
      name: 'CacheWriteError',
      message: expect.stringMatching(
        /ENOSPC.*disk is full, and 97 B are missing: free them, or set HF_HUB_CACHE/,
      ),
    });
    expect(hub.contentRequests()).toHaveLength(1);
  });

  it('a model that the disk has no room for is refused before its download', async () => {
    const size = 2 ** 52;
    await hub.start({
      interfere: ({ url }, response) => {
        if (!url.includes('/tree/')) return false;
        response.end(JSON.stringify([{ type: 'file', path: 'm-Q8_0.gguf', size, oid: commit }]));
        return true;
      },
    });
    await expect(hub.pull('owner/model')).rejects.toMatchObject({
      name: 'CacheWriteError',
      message: expect.stringMatching(/has [\d.]+ [kMGT]?B free where 4503\.6 TB are to come.*HF_HUB_CACHE/),
    });
    expect(hub.contentRequests()).toEqual([]);
  });

  it('a folder that cannot be made is named', async () => {
    await hub.start();
    await writeFile(path.join(hub.folder, 'file'), '');
    await expect(hub.pull(one, { cacheFolder: path.join(hub.folder, 'file', 'hub') })).rejects.toMatchObject({
      name: 'CacheWriteError',
      message: expect.stringMatching(/file.hub.*cannot be written \(ENOTDIR\): set HF_HUB_CACHE/),
    });
  });

  it('a folder where the file should be is named', async () => {
    await hub.start();
    await mkdir(`${hub.blobOf('m-Q4_K_M.gguf')}.incomplete`, { recursive: true });
    await expect(hub.pull(one)).rejects.toMatchObject({
      name: 'CacheWriteError',
      message: expect.stringMatching(/\.incomplete cannot be written \(EISDIR\)/),
    });
  });
});
