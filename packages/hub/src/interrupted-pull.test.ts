import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../test/support/seeded-random.js';
import { cutAfter, sha256 } from '../testing/hub-server.js';
import { commit, one, onContent, parts, small, usePullFixture } from '../testing/pull-fixture.js';
import { seededBytes } from '../testing/seeded-bytes.js';
import { findCachedModel } from './cache/cached-models.js';
import type { PullProgress } from './pull-model.js';

const hub = usePullFixture();

describe('an interrupted pull', () => {
  it('goes on from every byte, and ends with the right file', async () => {
    const content = seededBytes(4, 24);
    const blob = hub.inRepository('blobs', sha256(content));
    let cut: number | undefined;
    await hub.start({
      repositories: { 'owner/model': { commit, files: { 'm-Q4_K_M.gguf': content } } },
      interfere: onContent((request, response, body) => {
        if (cut === undefined) return false;
        cutAfter(cut, request, response, body);
        return true;
      }),
    });
    for (let count = 0; count < content.length; count++) {
      await rm(hub.inRepository(), { recursive: true, force: true });
      cut = count;
      await expect(hub.pull(one)).rejects.toThrow(
        count === 0 ? /./ : new RegExp(`broke off at ${count} B of 24 B.*same command goes on`),
      );
      expect(await readFile(`${blob}.incomplete`), `byte ${count}`).toEqual(content.subarray(0, count));
      expect(existsSync(hub.inRepository('snapshots'))).toBe(false);
      cut = undefined;
      const { path: pulled } = await hub.pull(one);
      expect(hub.contentRequests().at(-1)?.range).toBe(`bytes=${count}-`);
      expect(await readFile(pulled)).toEqual(content);
      expect(await readdir(hub.inRepository('blobs'))).toHaveLength(1);
    }
  });

  it('goes on by itself as long as every try brings something', async () => {
    await hub.start({
      interfere: onContent((request, response, body) => {
        cutAfter(20, request, response, body);
        return true;
      }),
    });
    const { path: pulled } = await hub.pull(one, { retries: 1 });
    expect(await readFile(pulled)).toEqual(small);
    expect(hub.contentRequests().map(({ range }) => range)).toEqual(
      [0, 20, 40, 60, 80].map((start) => `bytes=${start}-`),
    );
  });

  it('goes on at the part of a split file that is missing', async () => {
    await hub.start({
      interfere: onContent((request, response, body) => {
        if (!body.equals(parts[1]) || request.range !== 'bytes=0-') return false;
        cutAfter(5, request, response, body);
        return true;
      }),
    });
    await expect(hub.pull('owner/model:Q8_0')).rejects.toThrow(/00002-of-00002\.gguf broke off/);
    expect(() => findCachedModel('owner/model:Q8_0', hub.folder)).toThrow(/is not in the cache/);
    await hub.pull('owner/model:Q8_0');
    expect(hub.contentRequests().map(({ range }) => range)).toEqual(['bytes=0-', 'bytes=0-', 'bytes=5-']);
  });

  it('goes on beside others of the same model, whoever is cut off where', async () => {
    const random = new SeededRandom(20_261_128);
    await hub.start({
      interfere: onContent((request, response, body) => {
        if (random.uniform() < 0.5) return false;
        cutAfter(random.whole(0, 999), request, response, body);
        return true;
      }),
    });
    for (let round = 0; round < 4; round++) {
      await rm(hub.inRepository(), { recursive: true, force: true });
      const pulls = Array.from({ length: 4 }, async (_, index) => {
        await sleep(5 * index);
        return hub.pull('owner/model:Q8_0', { retries: 20 });
      });
      for (const { paths } of await Promise.all(pulls)) {
        expect(await Promise.all(paths.map((part) => readFile(part)))).toEqual([...parts]);
      }
      expect(await readdir(hub.inRepository('blobs'))).toHaveLength(2);
    }
  });

  it('stops when it is told to, keeps what is there, and goes on', async () => {
    await hub.start({
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
    await expect(hub.pull(one, { signal: controller.signal, onProgress })).rejects.toMatchObject({
      name: 'AbortError',
    });
    await hub.pull(one);
    expect(hub.contentRequests().map(({ range }) => range)).toEqual(['bytes=0-', 'bytes=33-']);
  });

  it('begins anew from a server without ranges', async () => {
    await hub.start({
      interfere: onContent((_, response, body) => {
        response.end(body);
        return true;
      }),
    });
    await mkdir(hub.inRepository('blobs'), { recursive: true });
    await writeFile(`${hub.blobOf('m-Q4_K_M.gguf')}.incomplete`, small.subarray(0, 50));
    expect(await readFile((await hub.pull(one)).path)).toEqual(small);
  });

  it.each([
    ['of the right length', Buffer.alloc(97)],
    ['too short', Buffer.alloc(40)],
    ['too long', Buffer.alloc(200)],
  ])('begins anew where what lay there was something else, %s', async (_, rest) => {
    await hub.start();
    await mkdir(hub.inRepository('blobs'), { recursive: true });
    await writeFile(`${hub.blobOf('m-Q4_K_M.gguf')}.incomplete`, rest);
    expect(await readFile((await hub.pull(one)).path)).toEqual(small);
  });
});
