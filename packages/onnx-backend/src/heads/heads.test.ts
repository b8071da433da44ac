import { readFile, writeFile } from 'node:fs/promises';
import {
  ClosedError,
  ContextOverflowError,
  type ForwardResult,
  HeadMismatchError,
  type HeadModel,
  type HeadRequest,
  InvalidArgumentError,
  InvalidModelFileError,
  TokenOutOfRangeError,
  UnsupportedError,
} from '@foretoken/core';
import { loadHead } from '@foretoken/onnx-backend';
import { tinyHeads, tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeRandomGguf } from '../../testing/random-gguf.js';
import { randomNumbers } from '../../testing/random-numbers.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';

const inFolder = temporaryFolder();
const width = 512;
const target = tinyModels.target;
const load = (source: string, options: Parameters<typeof loadHead>[1] = {}): Promise<HeadModel> =>
  loadHead(source, { target, threads: 1, cacheFolder: inFolder('cache'), ...options });

const random = randomNumbers(7);
/** Entries at successive positions with random features. */
const entries = Array.from({ length: 150 }, () => ({
  token: Math.floor(random() * 8192),
  feature: Float32Array.from({ length: width }, () => 2 * random() - 1),
}));

function request(from: number, count: number, rows: HeadRequest['rows']): HeadRequest {
  const part = entries.slice(from, from + count);
  return {
    tokens: part.map(({ token }) => token),
    features: part.map(({ feature }) => feature),
    featuresOf: 'target',
    positions: part.map((_, index) => from + index),
    rows,
  };
}

/** Rows of a result, which is only valid until the next pass. */
function rowsOf({ logits, hiddenStates }: ForwardResult): Float32Array[] {
  return (hiddenStates ?? []).flatMap((state, row) => [state.slice(), logits.read(row).slice()]);
}

describe('an EAGLE head', () => {
  let head: HeadModel;
  beforeAll(async () => {
    head = await load(tinyHeads.eagle);
  });
  afterAll(() => head.close());

  test('says what it is', () => {
    expect(head).toMatchObject({
      name: 'eagle',
      hiddenStateWidth: width,
      vocabularySize: 8192,
      contextLength: 1024,
      maximumSteps: Number.POSITIVE_INFINITY,
      attends: true,
    });
  });

  test('gives the same bits in whatever portions a text comes, and after a rollback', async () => {
    const single = head.createSequence();
    const expected: Float32Array[] = [];
    for (let at = 0; at < 90; at++) expected.push(...rowsOf(await single.forward(request(at, 1, 'last'))));
    const several = head.createSequence();
    const found: Float32Array[] = [];
    for (const [from, count] of [
      [0, 2],
      [2, 31],
      [33, 1],
      [34, 56],
    ] as const) {
      // Something else behind it, dropped again.
      await several.forward(request(from + 50, 3, 'none'));
      several.doRollback(from);
      found.push(...rowsOf(await several.forward(request(from, count, 'all'))));
    }
    // As far as the machine's 8-bit product rounds a row alone as it does among others (see exact-rows.test.ts).
    for (const [index, row] of expected.entries()) expect(largest(row, found[index])).toBeLessThan(1);
    expect(several.length).toBe(90);
    several.close();
    single.close();
  });

  test('positions count, not places in the cache', async () => {
    const [dense, gap] = [head.createSequence(), head.createSequence()];
    await dense.forward(request(0, 3, 'none'));
    await gap.forward(request(0, 2, 'none'));
    const last = request(4, 1, 'last');
    const far = rowsOf(await gap.forward(last));
    gap.doRollback(2);
    const near = rowsOf(await gap.forward({ ...last, positions: [2] }));
    expect(largest(far[1], near[1])).toBeGreaterThan(0.01);
    // Distances are what counts.
    const shifted = head.createSequence();
    const moved = request(0, 2, 'none');
    await shifted.forward({ ...moved, positions: [700, 701] });
    const elsewhere = rowsOf(await shifted.forward({ ...last, positions: [704] }));
    expect(largest(far[1], elsewhere[1])).toBeLessThan(0.5);
    for (const sequence of [dense, gap, shifted]) sequence.close();
  });

  test('a tree gives what chains along its paths give, and keeps nothing', async () => {
    const sequence = head.createSequence();
    const chain = head.createSequence();
    for (const own of [sequence, chain]) await own.forward(request(0, 7, 'none'));
    const five = request(7, 5, 'all');
    // Two children of the end, two of the first of them, and one below; positions leave a gap before them.
    const tree = { ...five, parents: [-1, -1, 0, 0, 3], positions: [20, 20, 21, 21, 22] };
    const found = rowsOf(await sequence.forward(tree));
    expect(sequence.length).toBe(7);
    for (const path of [[0], [1], [0, 2], [0, 3], [0, 3, 4]]) {
      let last: Float32Array[] = [];
      for (const [depth, entry] of path.entries()) {
        const { tokens, features } = request(7 + entry, 1, 'last');
        last = rowsOf(
          await chain.forward({ ...five, tokens, features, positions: [20 + depth], rows: 'last' }),
        );
      }
      chain.doRollback(7);
      // As far as a row alone rounds otherwise than among others.
      expect(largest(last[1], found[2 * (path.at(-1) as number) + 1])).toBeLessThan(1);
    }
    // Siblings do not see each other.
    const [left, right] = [found[1], found[3]];
    expect(largest(left, right)).toBeGreaterThan(1);
    await expect(sequence.forward({ ...tree, parents: [-1, 1, 0, 0, 3] })).rejects.toThrow(
      /parent of entry 1/,
    );
    await expect(sequence.forward({ ...tree, parents: [-1] })).rejects.toThrow(/1 parents/);
    await expect(sequence.forward({ ...tree, positions: [20, 20, 20, 21, 22] })).rejects.toThrow(/ascending/);
    sequence.doRollback(0);
    await expect(sequence.forward(tree)).rejects.toThrow(/at least one entry/);
    for (const own of [sequence, chain]) own.close();
  });

  test('a cancelled pass keeps nothing, and two texts do not see each other', async () => {
    const [left, right] = [head.createSequence(), head.createSequence()];
    await expect(
      left.forward(request(0, 3, 'none'), { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
    expect(left.length).toBe(0);
    await Promise.all([left.forward(request(0, 9, 'none')), right.forward(request(20, 9, 'none'))]);
    const [one, other] = await Promise.all([
      left.forward(request(9, 1, 'last')).then(rowsOf),
      right.forward(request(9, 1, 'last')).then(rowsOf),
    ]);
    const alone = head.createSequence();
    await alone.forward(request(0, 9, 'none'));
    expect(largest(one[1], rowsOf(await alone.forward(request(9, 1, 'last')))[1])).toBe(0);
    expect(largest(one[1], other[1])).toBeGreaterThan(0.01);
    for (const sequence of [left, right, alone]) sequence.close();
  });

  test('refuses what the engine would not survive', async () => {
    const sequence = head.createSequence();
    const one = request(0, 1, 'last');
    const refused: readonly (readonly [Partial<HeadRequest>, new (message: string) => Error])[] = [
      [{ tokens: [8192] }, TokenOutOfRangeError],
      [{ tokens: [-1] }, TokenOutOfRangeError],
      [{ tokens: [0.5] }, TokenOutOfRangeError],
      [{ tokens: [] }, InvalidArgumentError],
      [{ features: [] }, InvalidArgumentError],
      [{ features: [new Float32Array(256)] }, InvalidArgumentError],
      [{ positions: [-1] }, InvalidArgumentError],
      [{ positions: [1024] }, ContextOverflowError],
      [request(0, 65, 'none'), InvalidArgumentError],
      [{ ...request(0, 2, 'last'), positions: [5, 5] }, InvalidArgumentError],
    ];
    for (const [change, expected] of refused) {
      await expect(sequence.forward({ ...one, ...change })).rejects.toThrow(expected);
    }
    expect(() => sequence.doRollback(1)).toThrow(InvalidArgumentError);
    sequence.close();
    sequence.close();
    await expect(sequence.forward(one)).rejects.toThrow(ClosedError);
  });
});

test('an MLP speculator computes each row from its own input, target states and own ones apart', async () => {
  const head = await load(tinyHeads['mlp-speculator']);
  expect(head).toMatchObject({ name: 'mlp-speculator', maximumSteps: 4, attends: false });
  const sequence = head.createSequence();
  const together = rowsOf(await sequence.forward(request(0, 9, 'all')));
  for (let at = 0; at < 9; at++) {
    const alone = rowsOf(await sequence.forward(request(at, 1, 'last')));
    expect(largest(alone[1], together[2 * at + 1])).toBeLessThan(1);
  }
  // A step on its own state leaves nothing behind of it.
  const [state] = rowsOf(await sequence.forward(request(0, 1, 'last')));
  const second = {
    ...request(1, 1, 'last'),
    features: [state as Float32Array],
    featuresOf: 'head',
  } as const;
  const expected = rowsOf(await sequence.forward(second));
  await sequence.forward(request(3, 5, 'all'));
  expect(rowsOf(await sequence.forward(second))).toEqual(expected);
  await expect(sequence.forward({ ...second, featuresOf: 'target' })).rejects.toThrow(InvalidArgumentError);
  expect(sequence.length).toBe(0);
  await head.close();
  await head.close();
  await expect(sequence.forward(second)).rejects.toThrow(ClosedError);
});

test('the JavaScript access gives what the C API gives', async () => {
  for (const source of [tinyHeads['mlp-speculator'], tinyHeads.hass]) {
    const rows: Float32Array[][] = [];
    for (const access of ['native', 'stock'] as const) {
      const head = await load(source, { access });
      const sequence = head.createSequence();
      await sequence.forward(request(0, 3, 'none'));
      rows.push(rowsOf(await sequence.forward(request(3, 2, 'all'))));
      await head.close();
    }
    expect(rows[0]).toEqual(rows[1]);
  }
});

describe('files that are refused before the engine sees them', () => {
  test.each(Object.entries(tinyHeads))('a truncated %s', async (_, source) => {
    const whole = await readFile(source);
    for (const length of [0, 3, 8, 40, 500, 2000, 100_000, whole.length - 40]) {
      const path = inFolder('truncated.gguf');
      await writeFile(path, whole.subarray(0, length));
      await expect(load(path)).rejects.toThrow(InvalidModelFileError);
    }
  });

  test('garbage, and a file that is no head', async () => {
    await writeFile(inFolder('garbage.gguf'), Buffer.alloc(5000, 'GGUF'));
    await expect(load(inFolder('garbage.gguf'))).rejects.toThrow(InvalidModelFileError);
    await expect(load(tinyModels.draft)).rejects.toThrow(UnsupportedError);
    await expect(load(tinyModels.draft)).rejects.toThrow(/"llama".*"eagle" and "mlp-speculator"/);
    await expect(load(inFolder('nowhere.gguf'))).rejects.toThrow(InvalidModelFileError);
  });

  test('numbers in the header that the weights contradict, and weights that are no numbers', async () => {
    const whole = await readFile(tinyHeads.eagle);
    const changes: readonly (readonly [string, (bytes: Buffer) => void])[] = [
      ['head_count', (bytes) => setWhole(bytes, 'eagle.attention.head_count', 16)],
      ['head_count 0', (bytes) => setWhole(bytes, 'eagle.attention.head_count', 0)],
      ['key_length', (bytes) => setWhole(bytes, 'eagle.attention.key_length', 2 ** 23)],
      ['odd key_length', (bytes) => setWhole(bytes, 'eagle.attention.key_length', 63)],
      ['feed_forward', (bytes) => setWhole(bytes, 'eagle.feed_forward_length', 1409)],
      // The last block's scale: NaN in float16.
      ['a scale', (bytes) => bytes.fill(0xff, bytes.length - 34 - 30, bytes.length)],
    ];
    for (const [what, change] of changes) {
      const bytes = Buffer.from(whole);
      change(bytes);
      const path = inFolder('changed.gguf');
      await writeFile(path, bytes);
      await expect(load(path), what).rejects.toThrow(InvalidModelFileError);
    }
  });

  test('a head for another target, by width and by vocabulary', async () => {
    await expect(load(tinyHeads.eagle, { target: tinyModels.draft })).rejects.toThrow(HeadMismatchError);
    await expect(load(tinyHeads.eagle, { target: tinyModels.draft })).rejects.toThrow(/width 512.*has 256/);
    const other = inFolder('other.gguf');
    await writeRandomGguf(other, { architecture: 'llama', format: 'Q8_0', width, headWidth: 128 });
    await expect(load(tinyHeads.hass, { target: other })).rejects.toThrow(HeadMismatchError);
    await expect(load(tinyHeads.hass, { target: other })).rejects.toThrow(/vocabulary of 8192.*has 64/);
    await expect(load(tinyHeads.eagle, { target: undefined })).rejects.toThrow(InvalidArgumentError);
  });
});

/** Overwrites a whole number of the metadata: behind the key stands its type, then the value. */
function setWhole(bytes: Buffer, key: string, value: number): void {
  // The key's length tells it from longer keys.
  const name = Buffer.alloc(8 + key.length);
  name.writeBigUInt64LE(BigInt(key.length));
  name.write(key, 8);
  const at = bytes.indexOf(name);
  expect(at).toBeGreaterThan(0);
  bytes.writeUInt32LE(value, at + name.length + 4);
}

function largest(left: Float32Array | undefined, right: Float32Array | undefined): number {
  expect(left?.length).toBe(right?.length);
  return Math.max(...Array.from(left ?? [], (value, at) => Math.abs(value - (right?.[at] ?? Number.NaN))));
}
