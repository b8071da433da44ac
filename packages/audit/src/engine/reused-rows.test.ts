import type { ForwardResult, LanguageModel, Sequence } from '@foretoken/core';
import { createTableModel, randomTable } from '@foretoken/core/testing';
import { describe, expect, test } from 'vitest';
import { wrapModel } from '../subject/wrapped-model.js';
import { createReusedRows } from './reused-rows.js';

const vocabularySize = 5;
const law = randomTable(3, vocabularySize, 'smooth');

function models(options: { readonly mostBytes?: number; readonly readers?: number } = {}): {
  plain: LanguageModel;
  reused: LanguageModel;
  passes: () => number;
  tokens: () => number;
  fail: (error: Error | undefined) => void;
} {
  const { readers = 2 } = options;
  let passes = 0;
  let tokens = 0;
  let failure: Error | undefined;
  const counted = wrapModel(createTableModel({ law, vocabularySize, maximumSequences: readers }), {
    onForward: (requests, results) => {
      if (failure !== undefined) throw failure;
      passes += 1;
      for (const request of requests) tokens += request.tokens.length;
      return results;
    },
  });
  return {
    plain: createTableModel({ law, vocabularySize, maximumSequences: 9 }),
    reused: createReusedRows(counted, { readers, ...options }),
    passes: () => passes,
    tokens: () => tokens,
    fail: (error) => {
      failure = error;
    },
  };
}

async function rows(sequence: Sequence, tokens: readonly number[], parents?: readonly number[]) {
  const request = { sequence, tokens, rows: 'all' as const, ...(parents === undefined ? {} : { parents }) };
  const [{ logits }] = (await sequence.model.forward([request])) as [ForwardResult];
  return Array.from({ length: logits.rowCount }, (_, row) => [...logits.read(row)]);
}

describe('rows that are reused', () => {
  test("are the model's own: chains, rollback, forks, trees", async () => {
    const { plain, reused } = models();
    const seen: number[][][][] = [];
    for (const model of [plain, reused]) {
      const sequence = model.createSequence();
      const found = [await rows(sequence, [1, 2, 3])];
      sequence.doRollback(1);
      found.push(await rows(sequence, [4, 0]));
      const fork = sequence.doFork();
      found.push(await rows(fork, [2]), await rows(sequence, [3, 3]));
      expect([sequence.length, fork.length]).toEqual([5, 4]);
      found.push(await rows(fork, [0, 1, 2], [-1, 0, -1]));
      fork.doCommitPath([0, 1]);
      expect(fork.length).toBe(6);
      found.push(await rows(fork, [4]));
      fork.close();
      sequence.close();
      seen.push(found);
    }
    expect(seen[1]).toEqual(seen[0]);
  });

  test('are read once a history', async () => {
    const { reused, passes } = models();
    const sequence = reused.createSequence();
    await rows(sequence, [0, 1, 2]);
    const before = passes();
    for (let repeat = 0; repeat < 5; repeat++) {
      sequence.doRollback(0);
      await rows(sequence, [0, 1, 2]);
    }
    expect(passes()).toBe(before);
  });

  test('of histories that branch off are read without the tokens before the branch', async () => {
    const { plain, reused, tokens } = models({ readers: 4 });
    const beginning = [0, 1, 2, 3, 4, 0, 1, 2];
    const [kept, fresh] = [plain.createSequence(), reused.createSequence()];
    await rows(fresh, beginning);
    await rows(kept, beginning);
    const before = tokens();
    for (const next of [0, 1, 2, 3, 4]) {
      for (const sequence of [kept, fresh]) sequence.doRollback(beginning.length);
      expect(await rows(fresh, [next])).toEqual(await rows(kept, [next]));
    }
    expect(tokens() - before).toBe(5);
  });

  test('that several sequences ask for at the same time are read in one pass', async () => {
    const { plain, reused, passes } = models({ readers: 8 });
    const beginning = [0, 1, 2, 3];
    const trunk = reused.createSequence();
    await rows(trunk, beginning);
    const before = passes();
    const found = await Promise.all([0, 1, 2, 3].map((next) => rows(trunk.doFork(), [next])));
    expect(passes() - before).toBe(1);
    const kept = plain.createSequence();
    await rows(kept, beginning);
    expect(found).toEqual(await Promise.all([0, 1, 2, 3].map((next) => rows(kept.doFork(), [next]))));
  });

  test('are read with any number of sequences, whatever is asked for at the same time', async () => {
    for (const readers of [1, 2, 3, 5]) {
      const { plain, reused } = models({ readers });
      // Whole histories whose beginnings are those of others in part.
      const histories = Array.from({ length: 24 }, (_, index) =>
        Array.from({ length: 2 + (index % 4) }, (__, at) => (index * (at + 1)) % 3),
      );
      const found = await Promise.all(histories.map((history) => rows(reused.createSequence(), history)));
      const kept = plain.createSequence();
      for (const [index, history] of histories.entries()) {
        kept.doRollback(0);
        expect(found[index]).toEqual(await rows(kept, history));
      }
    }
  });

  test('of a pass that fails are an error of all who asked for them, and can be asked for again', async () => {
    const { plain, reused, fail } = models({ readers: 4 });
    const ask = () => Promise.allSettled([1, 2].map((token) => rows(reused.createSequence(), [0, token])));
    fail(new Error('The engine is gone.'));
    expect((await ask()).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fail(undefined);
    const kept = plain.createSequence();
    const wanted = await rows(kept, [0, 1]);
    expect((await ask())[0]).toEqual({ status: 'fulfilled', value: wanted });
  });

  test('are read again where there was no room to keep them', async () => {
    const { plain, reused } = models({ mostBytes: 1 });
    const [kept, fresh] = [plain.createSequence(), reused.createSequence()];
    for (let token = 0; token < 40; token++) {
      for (const sequence of [kept, fresh]) sequence.doRollback(0);
      const history = [token % 5, (token >> 1) % 5, (token >> 2) % 5];
      expect(await rows(fresh, history)).toEqual(await rows(kept, history));
    }
  });

  test('have hidden states where they are asked for', async () => {
    const { reused } = models();
    const sequence = reused.createSequence();
    await rows(sequence, [1, 2]);
    sequence.doRollback(0);
    const request = { sequence, tokens: [1, 2], rows: 'all' as const, hiddenStates: true };
    const [result] = await reused.forward([request]);
    expect(result?.hiddenStates?.map(([last]) => last)).toEqual([1, 2]);
  });

  test('of a closed or foreign sequence are refused, and so are wrong rollbacks', async () => {
    const { plain, reused } = models();
    const sequence = reused.createSequence();
    expect(() => sequence.doRollback(1)).toThrow(/rolled back/);
    expect(() => sequence.doCommitPath([0])).toThrow(/no tree pass/);
    sequence.close();
    await expect(rows(sequence, [1])).rejects.toThrow(/closed/);
    await expect(
      reused.forward([{ sequence: plain.createSequence(), tokens: [1], rows: 'last' }]),
    ).rejects.toThrow(/another model/);
  });
});
