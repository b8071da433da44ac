import type { ForwardResult, HeadModel, HeadRequest, HeadSequence } from '@foretoken/core';
import { createTableHead } from '@foretoken/core/testing';
import { describe, expect, test } from 'vitest';
import { createReusedHead } from './reused-head.js';

const vocabularySize = 5;

/** Counts the entries that a head reads. */
function counted(inner: HeadModel): { head: HeadModel; read: () => number; fail: (error?: Error) => void } {
  let read = 0;
  let failure: Error | undefined;
  const head: HeadModel = {
    ...inner,
    createSequence: () => {
      const sequence = inner.createSequence();
      return {
        get length() {
          return sequence.length;
        },
        forward: async (asked, options) => {
          if (failure !== undefined) throw failure;
          read += asked.tokens.length;
          return sequence.forward(asked, options);
        },
        doRollback: (length) => sequence.doRollback(length),
        close: () => sequence.close(),
      };
    },
  };
  return { head, read: () => read, fail: (error) => void (failure = error) };
}

/** Entries at successive positions; `mark` is in the feature alone. */
function request(from: number, tokens: readonly number[], mark = 0): HeadRequest {
  return {
    tokens,
    features: tokens.map((token, at) => Float32Array.of(token, from + at, mark, 1)),
    featuresOf: 'target',
    positions: tokens.map((_, at) => from + at),
    rows: 'all',
  };
}

async function rows(sequence: HeadSequence, asked: HeadRequest): Promise<number[][]> {
  const { logits, hiddenStates = [] }: ForwardResult = await sequence.forward(asked);
  return hiddenStates.map((state, row) => [...state, ...logits.read(row)]);
}

describe.each([true, false])('rows of a head that are reused, where it attends: %s', (attends) => {
  const inner = createTableHead({ seed: 3, vocabularySize, attends, maximumPassEntries: 3 });

  test("are the head's own, for chains, trees, rollbacks and features that differ", async () => {
    const seen: number[][][][] = [];
    for (const head of [inner, createReusedHead(inner)]) {
      const [left, right] = [head.createSequence(), head.createSequence()];
      const found = [await rows(left, request(0, [1, 2, 3])), await rows(right, request(0, [1, 2, 3], 7))];
      left.doRollback(attends ? 1 : 0);
      const own = { ...request(1, [4], 5), featuresOf: 'head' as const };
      found.push(await rows(left, own), await rows(left, { ...own, positions: [9] }));
      found.push(await rows(right, { ...request(3, [0, 1, 1]), positions: [3, 3, 4], parents: [-1, -1, 1] }));
      found.push(await rows(right, request(5, [2])));
      expect([left.length, right.length]).toEqual(attends ? [3, 4] : [0, 0]);
      expect(() => left.doRollback(4)).toThrow(/rolled back/);
      for (const sequence of [left, right]) sequence.close();
      await expect(rows(left, own)).rejects.toThrow(/closed/);
      seen.push(found);
    }
    expect(seen[1]).toEqual(seen[0]);
  });

  test('are read once, and those that branch off without most of what comes before', async () => {
    const { head, read } = counted(inner);
    const reused = createReusedHead(head);
    const texts = [0, 1, 2, 3].flatMap((first) =>
      [0, 1, 2].map((last) => [first, 1, 2, 3, 4, 3, 2, 1, 0, last]),
    );
    const ask = () =>
      Promise.all(
        texts.map(async (tokens) => {
          const sequence = reused.createSequence();
          for (const [at, token] of tokens.entries())
            await sequence.forward({ ...request(at, [token]), rows: at < 9 ? 'none' : 'last' });
        }),
      );
    await ask();
    const before = read();
    // Four beginnings of nine entries, and twelve ends.
    expect(before).toBeLessThanOrEqual(attends ? 4 * 9 + 12 : 12);
    await ask();
    expect(read()).toBe(before);
  });

  test('are an error of who asked where the head fails, and can be asked for again', async () => {
    const { head, fail } = counted(inner);
    const reused = createReusedHead(head);
    fail(new Error('The head is gone.'));
    await expect(rows(reused.createSequence(), request(0, [1]))).rejects.toThrow(/gone/);
    fail();
    const expected = await rows(inner.createSequence(), request(0, [1]));
    expect(await rows(reused.createSequence(), request(0, [1]))).toEqual(expected);
  });
});
