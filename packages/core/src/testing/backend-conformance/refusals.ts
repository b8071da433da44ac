import type { ForwardRequest } from '../../contract/forward.js';
import type { Sequence } from '../../contract/sequence.js';
import { check, checkRejects } from '../conformance-case.js';
import { checkSame, type ConformanceBody, conformanceContext, next, pass } from './conformance-model.js';

const argument = ['InvalidArgumentError'];
const outOfRange = ['TokenOutOfRangeError'];

/** What must be refused with a named error, leaving the sequence as it was. */
export const refusals: Readonly<Record<string, ConformanceBody>> = {
  async 'requests that cannot work are refused before the engine sees them'(under) {
    const { model } = under;
    const text = under.text(60, 5);
    const sequence = model.createSequence();
    await pass({ sequence, tokens: text, rows: 'none' });
    const cases: readonly (readonly [string, readonly string[], Partial<ForwardRequest>])[] = [
      ['no tokens', argument, { tokens: [] }],
      ['a negative token', outOfRange, { tokens: [1, -1] }],
      ['a token beyond the vocabulary', outOfRange, { tokens: [model.vocabularySize] }],
      ['a token that is no whole number', outOfRange, { tokens: [0.5] }],
      ['a token that is no number', outOfRange, { tokens: [Number.NaN] }],
      [
        'more tokens than the context holds',
        ['ContextOverflowError'],
        { tokens: new Array<number>(conformanceContext).fill(1) },
      ],
      ['a row beyond the tokens', argument, { rows: [2] }],
      ['a negative row', argument, { rows: [-1] }],
      ['rows that do not ascend', argument, { rows: [1, 0] }],
      ['a row twice', argument, { rows: [1, 1] }],
      ['a fractional row', argument, { rows: [0.5] }],
      ['too few parents', argument, { parents: [-1] }],
      ['a parent after its child', argument, { parents: [1, -1] }],
      ['a node that is its own parent', argument, { parents: [-1, 1] }],
      ['a parent below the root', argument, { parents: [-2, 0] }],
    ];
    for (const [what, names, over] of cases) {
      await checkRejects(what, names, () =>
        model.forward([{ sequence, tokens: [1, 2], rows: 'all', ...over }]),
      );
      check(sequence.length === text.length, `${what}: the length is now ${sequence.length}`);
    }
    await checkRejects('no requests', argument, () => model.forward([]));
    await checkRejects('a sequence named twice', argument, () =>
      model.forward([
        { sequence, tokens: [1], rows: 'last' },
        { sequence, tokens: [2], rows: 'last' },
      ]),
    );
    await checkRejects('a foreign sequence', argument, () =>
      model.forward([{ sequence: { ...sequence } as Sequence, tokens: [1], rows: 'last' }]),
    );
    for (const length of [-1, text.length + 1, 0.5, Number.NaN]) {
      await checkRejects(`a rollback to ${length}`, argument, () => sequence.doRollback(length));
    }
    const row = await next(sequence, [1]);
    sequence.close();
    checkSame('afterwards', under, row, await under.after([...text, 1]));
  },

  async 'a tree that waits must be committed or rolled back first'(under) {
    const { model } = under;
    const sequence = model.createSequence();
    await checkRejects('a commit without a tree', argument, () => sequence.doCommitPath([]));
    await pass({ sequence, tokens: [1, 2, 1], parents: [-1, 0, 1], rows: 'none' });
    await checkRejects('a pass before the commit', argument, () => next(sequence, [1]));
    await checkRejects('a fork before the commit', argument, () => sequence.doFork());
    for (const path of [[1], [0, 2], [0, 0], [3], [-1]]) {
      await checkRejects(`the path ${path.join(', ')}`, argument, () => sequence.doCommitPath(path));
    }
    sequence.doCommitPath([0, 1]);
    const row = await next(sequence, [0]);
    sequence.close();
    checkSame('afterwards', under, row, await under.after([1, 2, 0]));
  },

  async 'more leaves than the capability says are refused'(under) {
    const count = under.model.capabilities.maximumLeaves + 1;
    if (count > conformanceContext) return;
    await checkRejects(`${count} leaves`, ['UnsupportedError'], () =>
      pass({
        sequence: under.model.createSequence(),
        tokens: new Array<number>(count).fill(1),
        parents: new Array<number>(count).fill(-1),
        rows: 'none',
      }),
    );
  },

  async 'more sequences than the capability says are refused, until one is closed'(under) {
    const { model } = under;
    const open = Array.from({ length: model.capabilities.maximumSequences }, () => model.createSequence());
    await checkRejects('one sequence more', ['SequenceLimitError'], () => model.createSequence());
    await checkRejects('one fork more', ['SequenceLimitError'], () => open[0]?.doFork());
    open.pop()?.close();
    model.createSequence().close();
  },
};
