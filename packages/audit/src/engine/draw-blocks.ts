import { createRequestRandom, type Drafter, type LogitsTransform, type Sequence } from '@foretoken/core';
import type { AuditSubject } from '../subject/audit-subject.js';
import { drawContinuation } from '../subject/draw-continuation.js';
import type { Prefix } from './choose-prefixes.js';

export interface BlockOptions {
  readonly subject: AuditSubject;
  readonly drafter: Drafter;
  readonly transform: LogitsTransform;
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

const firstBlock = 32;

/**
 * Draws continuations of prefixes that are chosen at random, draw by draw, so that the draws are independent and of one
 * law. A block's draws are made prefix by prefix, each from its own fork of the prefix's sequence, and handed out in
 * their own order. A block that is cut short is not handed out: which of its draws were made depends on the prefix.
 */
export async function* drawBlocks(options: BlockOptions): AsyncGenerator<readonly Draw[], void, undefined> {
  const { prefixes, draws, blockSize, seed, signal } = options;
  const random = createRequestRandom({ seed, request: 0xffff_ffff });
  let size = Math.min(firstBlock, blockSize);
  for (let first = 0; first < draws && signal?.aborted !== true; ) {
    const requests = Array.from({ length: Math.min(size, draws - first) }, (_, index) => {
      const request = first + index;
      const uniform = random.round(request).uniform('sample', 0, 0, 0);
      return { request, prefix: Math.floor(uniform * prefixes.length) };
    });
    const block = new Map<number, Draw>();
    for (const [index, prefix] of prefixes.entries()) {
      const own = requests.filter((request) => request.prefix === index);
      // A first block is finished however late it is: some draws are better than none.
      const until = first === 0 ? undefined : signal;
      if (own.length > 0) await drawFrom(prefix, own, { ...options, signal: until }, block);
    }
    if (block.size === requests.length) yield requests.map(({ request }) => block.get(request) as Draw);
    first += requests.length;
    size = Math.min(2 * size, blockSize);
  }
}

async function drawFrom(
  prefix: Prefix,
  requests: readonly { readonly request: number; readonly prefix: number }[],
  { subject, drafter, transform, count, seed, signal }: BlockOptions,
  block: Map<number, Draw>,
): Promise<void> {
  const { target } = subject.models;
  const beginning = target.createSequence();
  try {
    const tokens = prefix.tokens.slice(0, -1);
    await target.forward([{ sequence: beginning, tokens, rows: 'none' }], { signal });
    for (const { request, prefix: index } of requests) {
      if (signal?.aborted === true) return;
      const sequence: Sequence = beginning.doFork();
      try {
        const drawn = await drawContinuation(subject, {
          drafter,
          transform,
          sequence,
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
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    beginning.close();
  }
}
