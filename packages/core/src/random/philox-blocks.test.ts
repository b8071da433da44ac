import { expect, test } from 'vitest';
import { readFixture } from '../../../../test/standalone/reference/read-fixture.js';
import { philox4x32 } from './philox.js';

test('blocks are those of the Python oracle', async () => {
  const { blocks } = await readFixture<{
    blocks: readonly { counter: readonly number[]; key: readonly number[]; block: readonly number[] }[];
  }>('philox-streams.json');
  for (const { counter, key, block } of blocks) {
    const words = new Uint32Array(4);
    philox4x32(Uint32Array.from(counter), Uint32Array.from(key), words);
    expect([...words]).toEqual(block);
  }
});
