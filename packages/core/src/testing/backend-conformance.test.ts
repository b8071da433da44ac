import { describe, expect, test } from 'vitest';
import type { LoadModelOptions } from '../contract/backend.js';
import type { LanguageModel } from '../contract/language-model.js';
import type { Sequence } from '../contract/sequence.js';
import { backendConformance } from './backend-conformance.js';
import { randomTable } from './random-table.js';
import { createTableModel, type TableModelOptions } from './table-model.js';

const vocabularySize = 5;
const table = randomTable(31, vocabularySize, 'smooth');
const options: TableModelOptions = { law: (history) => table(history.slice(-10)), vocabularySize };

describe('the table model conforms', () => {
  const loadModel = async (load: LoadModelOptions): Promise<LanguageModel> =>
    createTableModel({ ...options, ...load });
  for (const { name, run } of backendConformance({ loadModel, tolerance: 1e-6 })) test(name, run);
});

interface Fault {
  /** Members that replace the sequence's own. */
  readonly sequence?: (original: Sequence) => Partial<Sequence>;
  /** Members that replace the model's own. */
  readonly model?: (original: LanguageModel) => Partial<LanguageModel>;
}

/** Table models with one fault each, and the law that must see it. */
const faults: readonly (readonly [name: string, law: string, fault: Fault])[] = [
  [
    'a rollback that keeps one token too many',
    'after a rollback a sequence goes on as if it had never been longer',
    {
      sequence: (sequence) => ({
        doRollback: (length) => sequence.doRollback(Math.min(sequence.length, length + 1)),
      }),
    },
  ],
  [
    'a rollback that does nothing but shrink its length',
    'after a rollback a sequence goes on as if it had never been longer',
    {
      sequence: (sequence) => {
        let hidden = 0;
        return {
          get length() {
            return sequence.length - hidden;
          },
          doRollback: (length) => {
            hidden = sequence.length - length;
          },
        };
      },
    },
  ],
  [
    'a commit of another path of the same depth',
    'a committed path is in the cache, and nothing else of the tree',
    {
      sequence: (sequence) => ({
        doCommitPath: (nodes) => sequence.doCommitPath(nodes.map((_, depth) => [0, 1, 3][depth] ?? depth)),
      }),
    },
  ],
  [
    'a fork that is the sequence itself',
    'a fork has the same past and a future of its own',
    { sequence: (sequence) => ({ doFork: () => sequence }) },
  ],
  [
    'rows in the wrong order',
    'one pass over many tokens is many passes over one',
    {
      model: (model) => ({
        forward: async (requests, forwardOptions) =>
          (await model.forward(requests, forwardOptions)).map((result) => ({
            ...result,
            logits: Object.assign(Object.create(result.logits) as typeof result.logits, {
              read: (row: number) => result.logits.read(result.logits.rowCount - 1 - row),
            }),
          })),
      }),
    },
  ],
  [
    'trees read as chains',
    'every node of a tree pass has the row of its own chain',
    {
      model: (model) => ({
        forward: (requests, forwardOptions) =>
          model.forward(
            requests.map((request) => ({
              ...request,
              ...(request.parents && { parents: request.parents.map((_, node) => node - 1) }),
            })),
            forwardOptions,
          ),
      }),
    },
  ],
  [
    'no limit of sequences',
    'more sequences than the capability says are refused, until one is closed',
    { model: () => ({ createSequence: () => createTableModel(options).createSequence() }) },
  ],
  [
    'cancelling ignored',
    'a cancelled pass leaves the sequence as it was',
    { model: (model) => ({ forward: (requests) => model.forward(requests) }) },
  ],
  [
    'a sequence of another model',
    'one pass over many tokens is many passes over one',
    { sequence: () => ({ model: createTableModel(options) }) },
  ],
];

describe('the suite finds', () => {
  test.each(faults)('%s', async (_, law, fault) => {
    const cases = backendConformance({
      loadModel: async (load) => {
        const model = createTableModel({ ...options, ...load });
        return faulty(model, fault);
      },
      tolerance: 1e-6,
    });
    const failures: string[] = [];
    for (const { name, run } of cases) await run().catch(() => failures.push(name));
    expect(failures).toContain(law);
    // One fault must not look like a model that can do nothing.
    expect(failures.length).toBeLessThan(cases.length);
  });
});

/** The same object with some members replaced; the rest still runs on the original. */
function withOverrides<Value extends object>(original: Value, overrides: Partial<Value>): Value {
  return new Proxy(original, {
    get(_, key) {
      const source = Object.hasOwn(overrides, key) ? overrides : original;
      const member: unknown = Reflect.get(source, key, source);
      return typeof member === 'function' ? (member.bind(source) as unknown) : member;
    },
  });
}

/** A model with a fault: its passes see the sequences that it wraps. */
function faulty(original: LanguageModel, fault: Fault): LanguageModel {
  const originals = new WeakMap<Sequence, Sequence>();
  const wrap = (sequence: Sequence): Sequence => {
    const wrapped = withOverrides(sequence, {
      model,
      doFork: () => wrap(sequence.doFork()),
      ...fault.sequence?.(sequence),
    });
    originals.set(wrapped, sequence);
    return wrapped;
  };
  const unwrapped = withOverrides(original, {
    createSequence: () => wrap(original.createSequence()),
    forward: (requests, forwardOptions) =>
      original.forward(
        requests.map((request) => ({
          ...request,
          sequence: originals.get(request.sequence) ?? request.sequence,
        })),
        forwardOptions,
      ),
  });
  const model = withOverrides(unwrapped, fault.model?.(unwrapped) ?? {});
  return model;
}
