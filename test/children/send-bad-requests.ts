// A process of its own: sends random requests, most of them bad, to a model, many at once, and closes it at any
// moment. Ends with "sound" where a good request still gets what it got at first.
import { ForetokenError, type ForwardRequest, type LanguageModel, type Sequence } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { SeededRandom } from '../support/seeded-random.js';

const [file = '', seed = '', count = ''] = process.argv.slice(2);
const random = new SeededRandom(Number(seed));
const contextLength = 64;
const load = (): Promise<LanguageModel> =>
  llamacppBackend.loadModel(file, { threads: 1, contextLength, maximumSequences: 3 });

const oddNumbers: readonly number[] = [
  -1,
  -2,
  0.5,
  256,
  257,
  258,
  1e9,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 31),
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
];
/** What the types forbid, and JavaScript allows. */
const oddThings: readonly unknown[] = [undefined, null, '', 'all', {}, [], [[1]], true, 1n, () => 1];

/** A sound number, more often than not. */
const number = (most: number): number =>
  random.uniform() < 0.85 ? random.whole(0, most) : random.pick(oddNumbers);
/** Sound numbers, or now and then some odd ones among them. */
const numbers = (length: number, most: number): number[] => {
  const oddShare = random.uniform() < 0.8 ? 0 : 0.2;
  return Array.from({ length }, () =>
    random.uniform() < oddShare ? random.pick(oddNumbers) : random.whole(0, most),
  );
};
const thing = <Value>(value: Value): Value =>
  random.uniform() < 0.97 ? value : (random.pick(oddThings) as Value);

let model = await load();
const sequences: Sequence[] = [model.createSequence()];
const ends: Promise<unknown>[] = [];
const expected = await probe(await load());
const counts = new Map<string, number>();

function request(): ForwardRequest {
  const length = random.pick([0, 1, 1, 2, 3, 5, 8, 20, 63, 64, 65, 70]);
  const tree = random.uniform() < 0.4;
  return thing({
    sequence: thing(random.pick(sequences)),
    tokens: thing(numbers(length, 256)),
    ...(tree
      ? {
          parents: thing(
            Array.from({ length: random.uniform() < 0.95 ? length : length + 1 }, (_, node) =>
              random.uniform() < 0.99 ? random.whole(-1, node - 1) : random.pick(oddNumbers),
            ),
          ),
        }
      : {}),
    rows: thing(random.pick(['all', 'last', 'none', numbers(2, length), [0], []] as const)),
    hiddenStates: thing(random.uniform() < 0.3),
  });
}

const operations: readonly (() => unknown)[] = [
  () => {
    const controller = new AbortController();
    if (random.uniform() < 0.2) setImmediate(() => controller.abort());
    if (random.uniform() < 0.05) controller.abort();
    const requests = Array.from({ length: random.pick([0, 1, 1, 1, 1, 2, 3]) }, request);
    return model.forward(thing(requests), thing({ signal: controller.signal })).then((results) => {
      for (const { logits } of results)
        for (let row = 0; row < logits.rowCount; row++) logits.topK(row, number(300));
    });
  },
  () => random.pick(sequences).doRollback(thing(number(contextLength))),
  () => random.pick(sequences).doCommitPath(thing(numbers(random.whole(0, 4), 8))),
  () => random.pick(sequences).doCommitPath([0]),
  () => sequences.push(random.pick(sequences).doFork()),
  () => sequences.push(model.createSequence()),
  () => random.pick(sequences).close(),
  () =>
    model.tokenizer.encode(thing(String.fromCharCode(...numbers(5, 0xffff).map((code) => code & 0xffff)))),
  () => model.tokenizer.decode(thing(numbers(3, 256))),
  () => model.tokenizer.tokenBytes(thing(number(256))),
  () => model.memory(),
];

for (let index = 0; index < Number(count); index++) {
  if (index % 500 === 0) console.log(`begin ${index}`);
  if (random.uniform() < 0.01) {
    // Closed at any moment, with passes waiting and trees pending.
    const closing = model.close();
    note(random.pick(operations));
    await closing;
    note(() => random.pick(sequences).close());
    model = await load();
    sequences.splice(0, sequences.length, model.createSequence());
  }
  const operation = random.uniform() < 0.5 ? (operations[0] as () => unknown) : random.pick(operations);
  note(operation);
  if (sequences.length > 12) sequences.splice(0, 6);
  if (random.uniform() < 0.3) await Promise.all(ends.splice(0));
  if (sequences.every((sequence) => sequence.length > contextLength - 4) || random.uniform() < 0.05) {
    for (const sequence of sequences) sequence.close();
    sequences.splice(0, sequences.length, ...(await Promise.all(ends.splice(0)), [model.createSequence()]));
  }
}
await Promise.all(ends);
for (const sequence of sequences) sequence.close();
const row = await probe(model);
console.log(
  row.every((value, at) => Math.abs(value - (expected[at] as number)) < 0.02) ? 'sound' : 'CHANGED',
);
console.log(JSON.stringify(Object.fromEntries(counts)));

/** Runs an operation; its end, now or later, is counted. */
function note(operation: () => unknown): void {
  try {
    const result = operation();
    if (result instanceof Promise) ends.push(result.then(() => tally('done'), tallyError));
    else tally('done');
  } catch (error) {
    tallyError(error);
  }
}

function tally(what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function tallyError(error: unknown): void {
  const { name } = error as Error;
  if (name === 'AbortError' || (ForetokenError.isInstance(error) && name !== 'EngineError')) tally(name);
  // What the types forbid may be a plain TypeError, numbers of every kind may not; and the engine is never
  // handed what it fails on.
  else if (error instanceof TypeError) tally('TypeError');
  else console.log(`WRONG ${String((error as Error).stack)}`);
}

async function probe(on: LanguageModel): Promise<Float32Array> {
  const sequence = on.createSequence();
  const [result] = await on.forward([{ sequence, tokens: [1, 2, 3, 4, 5], rows: 'last' }]);
  const logits = result?.logits.read(0).slice() as Float32Array;
  sequence.close();
  if (on !== model) await on.close();
  return logits;
}
