// A process of its own, started with --expose-gc: cancels generations at every point of a round and prints the
// resident memory after the first ones and after all.
import { createModelDrafter, generate } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { SeededRandom } from '../support/seeded-random.js';

const first = 2;
const all = 200;
const random = new SeededRandom(20_261_124);
const load = { threads: 1, maximumSequences: 2 };
const [target, draft] = [
  await llamacppBackend.loadModel(tinyModels.target, load),
  await llamacppBackend.loadModel(tinyModels.draft, load),
];
const prompt = 'export function parse(';

/** Where a generation is cancelled. `after` counts events, or turns of the event loop. */
type Point =
  | 'before'
  | 'prompt'
  | 'draft-end'
  | 'token-committed'
  | 'round-end'
  | 'any moment'
  | 'leave'
  | 'throw';
const points: readonly Point[] = [
  'before',
  'prompt',
  'draft-end',
  'token-committed',
  'round-end',
  'any moment',
  'any moment',
  'leave',
  'throw',
];
const finished = new Map<string, number>();

for (let index = 0; index < all; index++) {
  const ended = await cancelled(points[index % points.length] as Point, random.whole(1, 6));
  finished.set(ended, (finished.get(ended) ?? 0) + 1);
  // Garbage that waits for its collection is no leak, and how much waits depends on the machine.
  globalThis.gc?.();
  if (index + 1 === first) console.log(`first ${residentBytes()}`);
}
console.log(`all ${residentBytes()}`);
// No sequence is left open.
for (const model of [target, draft]) {
  const sequences = [model.createSequence(), model.createSequence()];
  for (const sequence of sequences) sequence.close();
  await model.close();
}
console.log(JSON.stringify(Object.fromEntries(finished)));

async function cancelled(point: Point, after: number): Promise<string> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (point === 'before') abort();
  if (point === 'prompt') setImmediate(abort);
  if (point === 'any moment') setTimeout(abort, random.uniform() * 30);
  const drafter = createModelDrafter({ model: draft, target });
  let seen = 0;
  try {
    for await (const event of generate({
      target,
      drafter,
      draftLength: 3,
      prompt,
      maximumTokens: 60,
      seed: after,
      signal: controller.signal,
    })) {
      if (event.type === 'generation-end') return event.finishReason;
      if (
        event.type === point ||
        (event.type === 'token-committed' && (point === 'leave' || point === 'throw'))
      ) {
        seen += 1;
        if (seen < after) continue;
        if (point === 'leave') return 'left';
        if (point === 'throw') throw new Error('thrown');
        abort();
      }
    }
    return 'no end';
  } catch (error) {
    return (error as Error).message;
  } finally {
    await drafter.close();
  }
}

function residentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}
