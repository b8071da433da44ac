import { expect, test } from 'vitest';
import { chooseThreads } from './choose-threads.js';
import type { LlamaContext } from './llama-context.js';

/** Milliseconds of a pass by its threads and tokens; `passes` counts those in a row with the same number of threads. */
type Cost = (threads: number, tokens: number, passes: number) => number;

/** A context whose passes move a clock, and nothing else. */
async function choose(cost: Cost) {
  let [now, threads, passes] = [0, 0, 0];
  const context: Pick<LlamaContext, 'setThreads' | 'decode' | 'remove'> = {
    setThreads(single) {
      if (single !== threads) passes = 0;
      threads = single;
    },
    decode(pass) {
      now += cost(threads, pass.length, passes);
      passes += 1;
      return Promise.resolve();
    },
    remove: () => true,
  };
  const chosen = await chooseThreads(context as LlamaContext, 2, 2048, () => now);
  return { ...chosen, milliseconds: now };
}

test('threads that stand still when they are woken, and now and then, are not taken for slow', async () => {
  // One stop of a time slice among twelve passes decided: half of all processes decoded plainly with one thread, 1.4
  // times slower.
  let counted = 0;
  const { single, batch } = await choose((threads, tokens, passes) => {
    const stops = threads === 2 && (passes === 0 || counted++ % 12 === 5);
    return (threads === 2 ? 1.25 : 1.8) * tokens + (stops ? 30 : 0);
  });
  expect({ single, batch }).toEqual({ single: 2, batch: 2 });
});

test('a small model has one thread for a token, and all for several', async () => {
  const { single, batch } = await choose(
    (threads, tokens) => (threads === 2 ? 0.17 : 0.2) + 0.05 * (tokens / threads),
  );
  expect({ single, batch }).toEqual({ single: 1, batch: 2 });
});

test('threads that wait for each other in every pass are too many', async () => {
  const { single, batch } = await choose((threads, tokens) => (threads === 2 ? 4 : 2) * tokens);
  expect({ single, batch }).toEqual({ single: 1, batch: 1 });
});

test('a large model is not loaded seconds longer for it', async () => {
  const { single, batch, milliseconds } = await choose(
    (threads, tokens) => (threads === 2 ? 63 : 102) * tokens,
  );
  expect({ single, batch }).toEqual({ single: 2, batch: 2 });
  expect(milliseconds).toBeLessThan(1000);
});
