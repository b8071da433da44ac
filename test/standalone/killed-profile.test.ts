import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseProfile } from '@foretoken/planner';
import { expect, test } from 'vitest';
import { SeededRandom } from '../support/seeded-random.js';

const child = fileURLToPath(new URL('../children/write-profiles.ts', import.meta.url));
const seed = 20_261_128;

test('a profile whose writer is killed at any moment is whole', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-killed-'));
  try {
    const file = path.join(folder, 'profile.json');
    const random = new SeededRandom(seed);
    for (let kill = 0; kill < 5; kill++) {
      const writer = spawn(process.execPath, ['--import', 'tsx', child, file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      // Its first line comes after the first write.
      await once(writer.stdout, 'data');
      await wait(40 * random.uniform());
      writer.kill('SIGKILL');
      await once(writer, 'close');
      expect(parseProfile(await readFile(file, 'utf8'), file).acceptance).toHaveLength(2000);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
