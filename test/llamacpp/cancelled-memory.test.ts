import { expect, it } from 'vitest';
import { runChild } from '../support/run-child.js';

const mostGrowth = 20_000_000;
/**
 * V8's young generation grows to about 20 MB in the first hundred generations, whatever is kept (measured: flat
 * from there to the thousandth). Kept small, it does not hide what is.
 */
const nodeArguments = ['--expose-gc', '--max-semi-space-size=1'];

it('200 generations, cancelled at every point of a round, end with the memory of the first two', async () => {
  const { code, lines, stderr } = await runChild('cancel-generations.ts', [], nodeArguments);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const bytes = (word: string): number =>
    Number(lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1));
  expect(bytes('all') - bytes('first')).toBeLessThan(mostGrowth);
  const ends = JSON.parse(lines.at(-1) as string) as Record<string, number>;
  expect(ends['cancelled']).toBeGreaterThan(100);
  expect(ends['left']).toBeGreaterThan(15);
  expect(ends['thrown']).toBeGreaterThan(15);
  expect(
    Object.keys(ends).filter(
      (end) => !['cancelled', 'left', 'thrown', 'end-token', 'maximum-tokens'].includes(end),
    ),
  ).toEqual([]);
});
