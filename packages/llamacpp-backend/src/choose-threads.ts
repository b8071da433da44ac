import { lowerQuartile } from '@foretoken/core';
import type { BatchToken, LlamaContext } from './llama-context.js';

/** Threads of a pass over one token, and of passes over several. */
export interface ThreadCounts {
  readonly single: number;
  readonly batch: number;
}

/**
 * More threads must be this much faster, and by so many milliseconds: they take cores from the other model and the host. In
 * decoding, where they are woken for every pass and stand still now and then, they cost about that more than here.
 */
const requiredGain = 1.1;
const requiredSaving = 0.1;
const batchTokens = 8;
/** Passes in a row with one number of threads; the first one, which wakes them, does not count. */
const blockPasses = 4;
const mostBlocks = 16;
/** Milliseconds after which no further block begins. */
const enough = 250;

/**
 * Times short passes with few and with many threads, and takes the fewest that are nearly as fast as any. More threads are not
 * always faster: on shared or virtual cores the engine's threads wait for each other at every operation, and small models have
 * little for each of them. Passes over several tokens have more to share out than those over one: where these take all cores,
 * those do.
 */
export async function chooseThreads(
  context: LlamaContext,
  cores: number,
  contextLength: number,
  clock: () => number,
): Promise<ThreadCounts> {
  const candidates = [...new Set([1, Math.max(1, cores >> 1), cores])];
  const single = await fewestOfTheFast(context, candidates, 1, clock);
  const batch =
    single === cores
      ? cores
      : await fewestOfTheFast(context, candidates, Math.min(batchTokens, contextLength), clock);
  return { single, batch };
}

/**
 * By the lower quartile of passes in a row, as they follow each other in decoding: passes with one number of threads and another in
 * turn wake threads every time, often on the core of their caller, and stand still for a time slice of ten passes. One such
 * stop in twelve passes decided the mean: in half of all processes the embedded target had one thread, and was 1.4 times
 * slower for it.
 */
async function fewestOfTheFast(
  context: LlamaContext,
  candidates: readonly number[],
  tokens: number,
  clock: () => number,
): Promise<number> {
  if (candidates.length === 1) return candidates[0] as number;
  const pass: BatchToken[] = Array.from({ length: tokens }, (_, position) => ({
    token: 0,
    position,
    sequences: [0],
    output: true,
  }));
  const times = candidates.map((): number[] => []);
  const begin = clock();
  for (let block = 0; block < mostBlocks && (block === 0 || clock() - begin < enough); block++) {
    for (const [index, threads] of candidates.entries()) {
      context.setThreads(threads, threads);
      for (let repetition = 0; repetition < blockPasses; repetition++) {
        const start = clock();
        await context.decode(pass, false);
        if (repetition > 0) times[index]?.push(clock() - start);
        context.remove(0, 0);
      }
    }
  }
  // On a shared machine a disturbance may last longer than all of this.
  const usual = times.map(lowerQuartile);
  const fastest = Math.min(...usual);
  const most = Math.max(requiredGain * fastest, fastest + requiredSaving);
  return candidates.find((_, index) => (usual[index] as number) <= most) as number;
}
