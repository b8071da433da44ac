import os from 'node:os';
import path from 'node:path';
import { CacheWriteError } from '@foretoken/core';
import { expect, it } from 'vitest';
import { assertRoom } from './assert-room.js';

it('says how much room there is where it is not enough', async () => {
  await assertRoom(os.tmpdir(), 1);
  const refused = assertRoom(os.tmpdir(), 1e20);
  await expect(refused).rejects.toThrow(CacheWriteError);
  await expect(refused).rejects.toThrow(
    /has room for \d+ bytes, and at least 1\d+ are needed.*FORETOKEN_CACHE/,
  );
});

it('leaves a folder that is not there to whoever writes into it', async () => {
  await assertRoom(path.join(os.tmpdir(), 'not-there', 'at-all'), 1e20);
});
