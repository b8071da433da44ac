import { createRequestRandom, type Sequence } from '@foretoken/core';
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
  /**
   * True where a prefix costs nothing to read: the loops take turns, so that they are at different histories, and ask for
   * different rows. Else each gets the draws of few prefixes. Default false.
   */
  readonly freePrefixes?: boolean | undefined;
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
 * law. A block's draws are shared out among the loops, each draw with its own fork of the prefix's sequence, and are
 * handed out in their own order. A block that is cut short is not handed out: which of its draws were made depends on
 * the prefix.
 */
export async function* drawBlocks(options: BlockOptions): AsyncGenerator<readonly Draw[], void, undefined> {
  const { loops, prefixes, draws, blockSize, seed, freePrefixes = false, signal } = options;
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
        const own = freePrefixes
          ? requests.filter((_, at) => at % loops.length === index)
          : sorted.slice(start, end);
        return drawWith(loop, own, { ...options, signal: until }, block);
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

/** Makes one loop's share of a block. */
async function drawWith(
  { subject, drafter, transform }: DrawLoop,
  requests: readonly DrawRequest[],
  { prefixes, count, seed, signal }: BlockOptions,
  block: Map<number, Draw>,
): Promise<void> {
  const { target } = subject.models;
  let beginning: { readonly prefix: number; readonly sequence: Sequence } | undefined;
  try {
    for (const { request, prefix } of requests) {
      if (signal?.aborted === true) return;
      const { tokens: prompt, hiddenStates } = prefixes[prefix] as Prefix;
      if (beginning?.prefix !== prefix) {
        beginning?.sequence.close();
        beginning = { prefix, sequence: target.createSequence() };
        const read = { sequence: beginning.sequence, tokens: prompt.slice(0, -1), rows: 'none' as const };
        await target.forward([read]);
      }
      const sequence = beginning.sequence.doFork();
      try {
        const own = { sequence, hiddenStates, prompt, count, seed, request };
        const tokens = await drawContinuation(subject, { ...own, drafter, transform });
        block.set(request, { request, prefix, tokens });
      } finally {
        sequence.close();
      }
    }
  } finally {
    beginning?.sequence.close();
  }
}
