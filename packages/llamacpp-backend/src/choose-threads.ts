import type { BatchToken, LlamaContext } from './llama-context.js';

/** Threads of a pass over one token, and of passes over several. */
export interface ThreadCounts {
  readonly single: number;
  readonly batch: number;
}

const repetitions = 12;
/** Fewer threads must be this much faster: a disturbance while measuring should not decide. */
const requiredGain = 1.15;
const batchTokens = 8;

/**
 * Times short passes with few and with many threads and takes the faster ones. More threads are not always
 * faster: on shared or virtual cores the engine's threads wait for each other at every operation.
 */
export async function chooseThreads(
  context: LlamaContext,
  cores: number,
  contextLength: number,
  clock: () => number,
): Promise<ThreadCounts> {
  const candidates = [...new Set([cores, Math.max(1, cores >> 1), 1])];
  return {
    single: await fastest(context, candidates, 1, clock),
    batch: await fastest(context, candidates, Math.min(batchTokens, contextLength), clock),
  };
}

async function fastest(
  context: LlamaContext,
  candidates: readonly number[],
  tokens: number,
  clock: () => number,
): Promise<number> {
  const pass: BatchToken[] = Array.from({ length: tokens }, (_, position) => ({
    token: 0,
    position,
    sequences: [0],
    output: true,
  }));
  const times = candidates.map((): number[] => []);
  // The first pass with another number of threads starts them: it does not count.
  for (let repetition = -1; repetition < repetitions; repetition++) {
    for (const [index, threads] of candidates.entries()) {
      context.setThreads(threads, threads);
      const start = clock();
      await context.decode(pass, false);
      if (repetition >= 0) times[index]?.push(clock() - start);
      context.remove(0, 0);
    }
  }
  // The mean, not the median: a thread that waits for another now and then costs exactly that.
  const means = times.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  return candidates.reduce((best, threads, index) =>
    (means[index] as number) * requiredGain < (means[candidates.indexOf(best)] as number) ? threads : best,
  );
}
