import { readFileSync } from 'node:fs';
import { anonymousRanges, useHugePages } from '@foretoken/models';
import { expect, test } from 'vitest';
import { adviseMemory } from './advise-memory.js';

const mebibyte = 2 ** 20;

/** Bytes of this process in huge pages; undefined where the system does not tell, or does not make them on demand. */
function hugeBytes(): number | undefined {
  try {
    const isOff = readFileSync('/sys/kernel/mm/transparent_hugepage/enabled', 'utf8').includes('[never]');
    const kilobytes = /^AnonHugePages: *(\d+) kB$/m.exec(
      readFileSync('/proc/self/smaps_rollup', 'utf8'),
    )?.[1];
    return isOff || kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

test.skipIf(hugeBytes() === undefined)(
  'what was allocated since comes into huge pages, its bytes unchanged',
  async () => {
    const earlier = hugeBytes() as number;
    const before = anonymousRanges();
    const memory = Buffer.alloc(64 * mebibyte, 7);
    await useHugePages(before, adviseMemory);
    expect((hugeBytes() as number) - earlier).toBeGreaterThan(32 * mebibyte);
    expect(memory.every((byte) => byte === 7)).toBe(true);
  },
);
