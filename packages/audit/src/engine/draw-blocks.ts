import { createRequestRandom } from '@foretoken/core';
import { drawContinuation } from '../subject/draw-continuation.js';
import type { Prefix } from './choose-prefixes.js';
import type { DrawLoop } from './draw-loops.js';

export interface BlockOptions {
  /** Decode loops that draw side by side, 1 or more. */
  readonly loops: readonly DrawLoop[];
  readonly prefixes: readonly Prefix[];
  readonly draws: number;
  /** Most draws of a block; the first ones are smaller, so that a slow machine hands some out soon. */
  readonly blockSize: number;
  /** Tokens of a draw. */
  readonly count: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Draw {
  readonly request: number;
  /** Index of the prefix. */
  readonly prefix: number;
  readonly tokens: readonly number[];
}

type DrawRequest = Omit<Draw, 'tokens'>;

const firstBlock = 32;

/**
 * Draws continuations of prefixes that are chosen at random, draw by draw, so that the draws are independent and of one
 * law. A block's draws are sorted by prefix and shared out among the loops, each draw with its own fork of the prefix's
 * sequence, and are handed out in their own order. A block that is cut short is not handed out: which of its draws were
 * made depends on the prefix.
 */
export async function* drawBlocks(options: BlockOptions): AsyncGenerator<readonly Draw[], void, undefined> {
  const { loops, prefixes, draws, blockSize, seed, signal } = options;
  const random = createRequestRandom({ seed, request: 0xffff_ffff });
  let size = Math.min(firstBlock, blockSize);
  for (let first = 0; first < draws && signal?.aborted !== true; ) {
    const requests = Array.from({ length: Math.min(size, draws - first) }, (_, index): DrawRequest => {
      const request = first + index;
      const uniform = random.round(request).uniform('sample', 0, 0, 0);
      return { request, prefix: Math.floor(uniform * prefixes.length) };
    });
    const sorted = requests.toSorted((left, right) => left.prefix - right.prefix);
    // A first block is finished however late it is: some draws are better than none.
    const until = first === 0 ? undefined : signal;
    const block = new Map<number, Draw>();
    const results = await Promise.allSettled(
      loops.map((loop, index) => {
        const [start, end] = [index, index + 1].map((at) => Math.ceil((at * sorted.length) / loops.length));
        return drawWith(loop, sorted.slice(start, end), { ...options, signal: until }, block);
      }),
    );
    // After all have come to rest: a loop that is left running would hold what the caller closes.
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    if (block.size === requests.length) yield requests.map(({ request }) => block.get(request) as Draw);
    first += requests.length;
    size = Math.min(2 * size, blockSize);
  }
}

/** Makes one loop's share of a block, prefix by prefix. */
async function drawWith(
  { subject, drafter, transform }: DrawLoop,
  requests: readonly DrawRequest[],
  { prefixes, count, seed, signal }: BlockOptions,
  block: Map<number, Draw>,
): Promise<void> {
  const { target } = subject.models;
  for (const [index, prefix] of prefixes.entries()) {
    const own = requests.filter((request) => request.prefix === index);
    if (own.length === 0) continue;
    const beginning = target.createSequence();
    try {
      const tokens = prefix.tokens.slice(0, -1);
      await target.forward([{ sequence: beginning, tokens, rows: 'none' }]);
      for (const { request } of own) {
        if (signal?.aborted === true) return;
        const sequence = beginning.doFork();
        try {
          const drawn = await drawContinuation(subject, {
            drafter,
            transform,
            sequence,
            hiddenStates: prefix.hiddenStates,
            count,
            seed,
            request,
            prompt: prefix.tokens,
          });
          block.set(request, { request, prefix: index, tokens: drawn });
        } finally {
          sequence.close();
        }
      }
    } finally {
      beginning.close();
    }
  }
}
