import type { ForwardResult, LanguageModel, Sequence } from '@foretoken/core';
import { createTableModel, randomTable } from '@foretoken/core/testing';
import { describe, expect, test } from 'vitest';
import { createReusedRows } from './reused-rows.js';

const vocabularySize = 5;
const law = randomTable(3, vocabularySize, 'smooth');

function models(options: { readonly mostBytes?: number } = {}): {
  plain: LanguageModel;
  reused: LanguageModel;
  passes: () => number;
} {
  const inner = createTableModel({ law, vocabularySize, maximumSequences: 3 });
  let count = 0;
  const counted: LanguageModel = {
    ...inner,
    name: inner.name,
    vocabularySize,
    capabilities: inner.capabilities,
    contextLength: inner.contextLength,
    tokenizer: inner.tokenizer,
    createSequence: () => inner.createSequence(),
    memory: () => inner.memory(),
    close: () => inner.close(),
    forward: (requests, given) => {
      count += 1;
      return inner.forward(requests, given);
    },
  };
  const reused = createReusedRows(counted, { readers: 2, ...options });
  return {
    plain: createTableModel({ law, vocabularySize, maximumSequences: 9 }),
    reused,
    passes: () => count,
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
