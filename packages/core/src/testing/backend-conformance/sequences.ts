import type { Sequence } from '../../contract/sequence.js';
import { createRequestRandom } from '../../random/request-random.js';
import { check } from '../conformance-case.js';
import { checkSame, type ConformanceBody, conformanceContext, next, pass } from './conformance-model.js';

/** Laws of rollback and forks, alone and in random order. */
export const sequenceLaws: Readonly<Record<string, ConformanceBody>> = {
  async 'after a rollback a sequence goes on as if it had never been longer'(under) {
    const text = under.text(20, 8);
    const other = under.text(21, 3);
    for (const kept of [0, 1, 4, 7, 8]) {
      const sequence = under.model.createSequence();
      await pass({ sequence, tokens: text, rows: 'none' });
      sequence.doRollback(kept);
      check(sequence.length === kept, `the length is ${sequence.length} after a rollback to ${kept}`);
      const row = await next(sequence, other);
      sequence.close();
      checkSame(`rolled back to ${kept}`, under, row, await under.after([...text.slice(0, kept), ...other]));
    }
  },

  async 'a rollback that follows a queued pass waits for it'(under) {
    const text = under.text(22, 6);
    const sequence = under.model.createSequence();
    const queued = pass({ sequence, tokens: text, rows: 'last' });
    sequence.doRollback(2);
    const row = await next(sequence, [text[2] as number]);
    await queued;
    sequence.close();
    checkSame('after the rollback', under, row, await under.after(text.slice(0, 3)));
  },

  async 'a fork has the same past and a future of its own'(under) {
    const text = under.text(23, 6);
    const [left, right] = [under.text(24, 2), under.text(25, 3)];
    const sequence = under.model.createSequence();
    await pass({ sequence, tokens: text, rows: 'none' });
    const fork = sequence.doFork();
    check(fork.length === text.length && fork.model === under.model, `a fork of length ${fork.length}`);
    const first = await next(sequence, left);
    const second = await next(fork, right);
    // The original may go; what it shared stays.
    sequence.close();
    fork.doRollback(text.length + 1);
    const third = await next(fork, left);
    fork.close();
    checkSame('the original', under, first, await under.after([...text, ...left]));
    checkSame('the fork', under, second, await under.after([...text, ...right]));
    checkSame(
      'the fork, rolled back',
      under,
      third,
      await under.after([...text, right[0] as number, ...left]),
    );
  },

  async 'a closed sequence leaves its place to a new one'(under) {
    const { maximumSequences } = under.model.capabilities;
    for (let round = 0; round < 3; round++) {
      const sequences = Array.from({ length: maximumSequences }, () => under.model.createSequence());
      for (const [index, sequence] of sequences.entries())
        await pass({ sequence, tokens: under.text(26 + index, 4), rows: 'none' });
      for (const sequence of sequences) sequence.close();
    }
    const text = under.text(30, 5);
    const sequence = under.model.createSequence();
    check(sequence.length === 0, `a new sequence has the length ${sequence.length}`);
    const row = await next(sequence, text);
    sequence.close();
    checkSame('a new sequence', under, row, await under.after(text));
  },

  async 'random operations leave every sequence with its own history'(under) {
    for (let run = 0; run < 3; run++) await randomOperations(under, run);
  },
};

interface Tracked {
  readonly sequence: Sequence;
  readonly tokens: number[];
}

const operationCount = 30;

/** Forward, tree and commit, rollback, fork and close in random order, against a list of tokens. */
async function randomOperations(under: Parameters<ConformanceBody>[0], run: number): Promise<void> {
  const { model } = under;
  const random = createRequestRandom({ seed: run }).round(0);
  let drawn = 0;
  const below = (count: number): number => Math.floor(random.uniform('sample', 0, 1, drawn++) * count);
  const open: Tracked[] = [{ sequence: model.createSequence(), tokens: [] }];
  // One place is kept for the sequence that recomputes.
  const mostOpen = model.capabilities.maximumSequences - 1;
  for (let step = 0; step < operationCount; step++) {
    const tracked = open[below(open.length)] as Tracked;
    const { sequence, tokens } = tracked;
    const room = conformanceContext - tokens.length;
    const operation = below(6);
    if (operation <= 1 && room >= 4) {
      const added = Array.from({ length: 1 + below(4) }, () => below(model.vocabularySize));
      tokens.push(...added);
      await pass({ sequence, tokens: added, rows: 'none' });
    } else if (operation === 2 && model.capabilities.rollback) {
      tokens.length = below(tokens.length + 1);
      sequence.doRollback(tokens.length);
    } else if (operation === 3 && open.length < mostOpen) {
      open.push({ sequence: sequence.doFork(), tokens: [...tokens] });
    } else if (operation === 4 && open.length > 1) {
      sequence.close();
      open.splice(open.indexOf(tracked), 1);
    } else if (operation === 5 && room >= 4 && model.capabilities.maximumLeaves >= 2) {
      const added = Array.from({ length: 4 }, () => below(model.vocabularySize));
      await pass({ sequence, tokens: added, parents: [-1, 0, 0, 2], rows: 'none' });
      const path = [[], [0], [0, 1], [0, 2], [0, 2, 3]][below(5)] as number[];
      sequence.doCommitPath(path);
      tokens.push(...path.map((node) => added[node] as number));
    }
    check(
      sequence.length === tokens.length || operation === 4,
      `step ${step} of run ${run}: the length is ${sequence.length}, expected ${tokens.length}`,
    );
  }
  for (const [index, { sequence, tokens }] of open.entries()) {
    if (tokens.length === conformanceContext) {
      tokens.pop();
      sequence.doRollback(tokens.length);
    }
    const probe = below(model.vocabularySize);
    const row = await next(sequence, [probe]);
    checkSame(`sequence ${index} of run ${run}`, under, row, await under.after([...tokens, probe]));
  }
  for (const { sequence } of open) sequence.close();
}
