import { lstat, readdir, readFile } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { commit, one, small, usePullFixture } from '../testing/pull-fixture.js';
import { findCachedModel } from './cache/cached-models.js';
import { removeCachedModel } from './cache/remove-cached-model.js';

// As on Windows without the developer mode.
vi.mock('node:fs/promises', async (original) => ({
  ...(await original<object>()),
  symlink: () =>
    Promise.reject(Object.assign(new Error('EPERM: no links'), { code: 'EPERM', syscall: 'symlink' })),
}));

const hub = usePullFixture();

it('a system without links has the file itself under its name, pulled once', async () => {
  await hub.start();
  const { path: pulled } = await hub.pull(one);
  expect(pulled).toBe(hub.inRepository('snapshots', commit, 'm-Q4_K_M.gguf'));
  expect((await lstat(pulled)).isFile()).toBe(true);
  expect(await readFile(pulled)).toEqual(small);
  expect(await readdir(hub.inRepository('blobs'))).toEqual([]);
  expect((await hub.pull(one)).path).toBe(pulled);
  expect(hub.contentRequests()).toHaveLength(1);
  expect(findCachedModel(one, hub.folder).path).toBe(pulled);
  expect(await removeCachedModel(one, hub.folder)).toEqual({ paths: [pulled], byteLength: small.length });
  expect(await readdir(hub.folder)).toEqual([]);
});
