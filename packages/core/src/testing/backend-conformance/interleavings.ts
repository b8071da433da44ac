import type { ForwardOptions } from '../../contract/forward.js';
import type { Sequence } from '../../contract/sequence.js';
import { check, checkRejects } from '../conformance-case.js';
import { checkSame, type ConformanceBody, type ConformanceModel, next, pass } from './conformance-model.js';

const tree = { tokens: [1, 2, 0, 1], parents: [-1, 0, 0, 2] } as const;
const path = [0, 2, 3];

/** Changes of state that are asked for before the passes they follow have run, and passes that never run. */
export const interleavings: Readonly<Record<string, ConformanceBody>> = {
  async 'a commit that follows a queued tree pass waits for it'(under) {
    if (under.model.capabilities.maximumLeaves < 2) return;
    const prefix = under.text(90, 4);
    const sequence = under.model.createSequence();
    const passes = [
      pass({ sequence, tokens: prefix, rows: 'none' }),
      pass({ sequence, ...tree, rows: 'none' }),
    ];
    sequence.doCommitPath(path);
    const row = await next(sequence, [0]);
    await Promise.all(passes);
    sequence.close();
    const chain = path.map((node) => tree.tokens[node] as number);
    checkSame('after the commit', under, row, await under.after([...prefix, ...chain, 0]));
  },

  async 'a rollback that follows a queued tree pass drops the tree'(under) {
    if (under.model.capabilities.maximumLeaves < 2) return;
    const prefix = under.text(91, 4);
    const sequence = under.model.createSequence();
    const passes = [
      pass({ sequence, tokens: prefix, rows: 'none' }),
      pass({ sequence, ...tree, rows: 'none' }),
    ];
    sequence.doRollback(3);
    const row = await next(sequence, [0]);
    await Promise.all(passes);
    sequence.close();
    checkSame('after the rollback', under, row, await under.after([...prefix.slice(0, 3), 0]));
  },

  async 'a cancelled pass gives no tokens back that a rollback has taken'(under) {
    const text = under.text(92, 6);
    const { sequence, cancel } = await withQueuedPass(under, text);
    sequence.doRollback(2);
    await cancel();
    check(sequence.length === 2, `the length is ${sequence.length}, rolled back to 2`);
    const row = await next(sequence, [0]);
    sequence.close();
    checkSame('afterwards', under, row, await under.after([...text.slice(0, 2), 0]));
  },

  async 'passes before one that is cancelled run, and keep their tokens'(under) {
    const { model } = under;
    const text = under.text(96, 5);
    const sequence = model.createSequence();
    const controller = new AbortController();
    const first = pass({ sequence, tokens: text, rows: 'none' });
    const second = pass({ sequence, tokens: [2], rows: 'none' });
    const third = checkRejects('a queued pass', ['AbortError'], () =>
      model.forward([{ sequence, tokens: [1, 2], rows: 'none' }], { signal: controller.signal }),
    );
    controller.abort();
    await Promise.all([first, second, third]);
    check(sequence.length === text.length + 1, `the length is ${sequence.length}`);
    const row = await next(sequence, [0]);
    sequence.close();
    checkSame('afterwards', under, row, await under.after([...text, 2, 0]));
  },

  async 'a fork of a pass that is cancelled has what the pass left'(under) {
    const text = under.text(93, 5);
    const { sequence, cancel } = await withQueuedPass(under, text);
    const fork = sequence.doFork();
    await cancel();
    check(fork.length === text.length, `the fork's length is ${fork.length}, expected ${text.length}`);
    const rows = [await next(fork, [0]), await next(sequence, [0])];
    fork.close();
    sequence.close();
    const expected = await under.after([...text, 0]);
    for (const row of rows) checkSame('afterwards', under, row, expected);
  },

  async 'a sequence may be closed while its passes wait'(under) {
    const { model } = under;
    const text = under.text(94, 4);
    const sequence = model.createSequence();
    const passes = [0, 1].map(() => pass({ sequence, tokens: text, rows: 'none' }));
    const ends = Promise.allSettled(passes);
    sequence.close();
    for (const end of await ends) {
      const name = end.status === 'fulfilled' ? 'ClosedError' : (end.reason as Error).name;
      check(name === 'ClosedError', `a pass of a closed sequence was rejected with ${name}`);
    }
    const other = model.createSequence();
    const row = await next(other, text);
    other.close();
    checkSame('the sequence in its place', under, row, await under.after(text));
  },

  async 'sequences and trees may be closed after their model'(under) {
    const { model } = under;
    const sequences = [model.createSequence(), model.createSequence()];
    for (const sequence of sequences) await pass({ sequence, tokens: [1, 2], rows: 'none' });
    const [waiting] = sequences as [Sequence];
    if (model.capabilities.maximumLeaves > 1) await pass({ sequence: waiting, ...tree, rows: 'none' });
    await model.close();
    for (const sequence of sequences) sequence.close();
  },
};

/** A sequence that has read a text, and a pass over three tokens more that waits until it is cancelled. */
async function withQueuedPass(
  { model, text: randomText }: ConformanceModel,
  text: readonly number[],
): Promise<{ readonly sequence: Sequence; readonly cancel: () => Promise<void> }> {
  const sequence = model.createSequence();
  await pass({ sequence, tokens: text, rows: 'none' });
  const controller = new AbortController();
  const options: ForwardOptions = { signal: controller.signal };
  const other = model.createSequence();
  const before = pass({ sequence: other, tokens: randomText(95, 6), rows: 'none' });
  const queued = checkRejects('a queued pass', ['AbortError'], () =>
    model.forward([{ sequence, tokens: [1, 2, 1], rows: 'none' }], options),
  );
  return {
    sequence,
    cancel: async () => {
      controller.abort();
      await queued;
      await before;
      other.close();
    },
  };
}
