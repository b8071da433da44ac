import type { ForwardRequest, ForwardResult, LanguageModel } from '@foretoken/core';
import { wrapModel } from '../subject/wrapped-model.js';

/** A caller that waits for its part of a pass. */
interface Waiting {
  readonly requests: readonly ForwardRequest[];
  readonly resolve: (results: readonly ForwardResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A model whose passes are joined: what several decode loops ask for at about the same time runs as one pass over all
 * their sequences, as in a server. Every loop keeps its own sequence, rows and rollback; an engine that reads its
 * weights once a pass is several times faster so. An error of a pass is an error of all that joined it.
 */
export function createJoinedPasses(inner: LanguageModel): LanguageModel {
  let waiting: Waiting[] = [];
  let running = false;

  async function runAll(): Promise<void> {
    while (waiting.length > 0) {
      // Rows are valid until the next pass: callers read theirs in the microtasks before this turn, which also lets
      // them ask for their next pass.
      await new Promise((resolve) => setImmediate(resolve));
      const joined = waiting;
      waiting = [];
      try {
        const results = await inner.forward(joined.flatMap(({ requests }) => requests));
        let first = 0;
        for (const { requests, resolve } of joined) {
          resolve(results.slice(first, first + requests.length));
          first += requests.length;
        }
      } catch (error) {
        for (const { reject } of joined) reject(error);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    running = false;
  }

  return wrapModel(inner, {
    forward: (requests, options) => {
      options?.signal?.throwIfAborted();
      return new Promise((resolve, reject) => {
        waiting.push({ requests, resolve, reject });
        if (running) return;
        running = true;
        void runAll();
      });
    },
  });
}
