import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphSession, type PassOutputs } from '../../testing/graph-session.js';
import { largestDifference } from '../../testing/largest-difference.js';
import { randomNumbers } from '../../testing/random-numbers.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { generateGraph } from './generate-graph.js';
import type { GraphManifest } from './graph-manifest.js';
import type { GraphOptions } from './graph-options.js';
import { planTreePass } from './tree-pass.js';

const inFolder = temporaryFolder();
const text = [5, 100, 2000, 7000, 42, 17, 300, 999];
const all = (tokens: readonly number[]): number[] => tokens.map((_, row) => row);

/** Largest difference of logits between passes that add the same numbers in another order; measured: 1.5e-5. */
const sameWithinRounding = 1e-4;

/** A draft tree of 7 nodes: two roots, siblings, a chain. */
const treeTokens = [9, 8, 7, 9, 5, 4, 3];
const parents = [-1, 0, 0, -1, 1, 4, 3];

function pathTo(node: number): number[] {
  return node === -1 ? [] : [...pathTo(parents[node] as number), node];
}

const leaves = all(parents).filter((node) => !parents.includes(node));

describe.each<GraphOptions>([
  { weightFormat: 'float32' },
  { weightFormat: 'int8', accuracyLevel: 1 },
  { weightFormat: 'int8', accuracyLevel: 4 },
  { weightFormat: 'float32', decomposed: true },
])('%j', (options) => {
  let path: string;
  let manifest: GraphManifest;
  let session: GraphSession;

  beforeAll(async () => {
    path = inFolder(`${Object.values(options).join('-')}.onnx`);
    manifest = await generateGraph(tinyModels.draft, path, options);
    session = await GraphSession.open(path, manifest);
  });

  afterAll(() => session.close());

  /** A chain on an empty cache, in pieces of the given sizes; all of their rows. */
  async function chain(tokens: readonly number[], pieces: readonly number[]): Promise<PassOutputs> {
    const logits: Float32Array[] = [];
    const hiddenStates: Float32Array[] = [];
    let past = 0;
    for (const piece of pieces) {
      const part = tokens.slice(past, past + piece);
      const outputs = await session.run({ tokens: part, rows: all(part), past });
      logits.push(...outputs.logits);
      hiddenStates.push(...outputs.hiddenStates);
      past += piece;
    }
    return { logits, hiddenStates };
  }

  it('gives the same rows in one pass, token by token, and in between', async () => {
    const whole = await chain(text, [8]);
    for (const pieces of [
      [1, 1, 1, 1, 1, 1, 1, 1],
      [3, 5],
      [1, 7],
      [6, 1, 1],
    ]) {
      const parts = await chain(text, pieces);
      expect(largestDifference(parts.logits, whole.logits)).toBeLessThan(sameWithinRounding);
      expect(largestDifference(parts.hiddenStates, whole.hiddenStates)).toBeLessThan(sameWithinRounding);
    }
  });

  it('forgets what lies beyond the length that it is told', async () => {
    const before = await chain(text, [4, 4]);
    await session.run({ tokens: [1, 2, 3], rows: [], past: 4 });
    const rest = text.slice(4);
    const again = await session.run({ tokens: rest, rows: all(rest), past: 4 });
    expect(largestDifference(again.logits, before.logits.slice(4))).toBe(0);
  });

  it('computes the wanted rows only, none where none are wanted', async () => {
    const whole = await chain(text, [8]);
    for (const rows of [[7], [0, 3], [2, 2, 1], []]) {
      const wanted = await session.run({ tokens: text, rows, past: 0 });
      const expected = rows.map((row) => whole.logits[row] as Float32Array);
      const hidden = rows.map((row) => whole.hiddenStates[row] as Float32Array);
      expect(largestDifference(wanted.logits, expected)).toBeLessThan(sameWithinRounding);
      expect(largestDifference(wanted.hiddenStates, hidden)).toBeLessThan(sameWithinRounding);
    }
    // The pass without rows has filled the cache all the same.
    const next = await session.run({ tokens: [11], rows: [0], past: 8 });
    const expected = await chain([...text, 11], [9]);
    expect(largestDifference(next.logits, expected.logits.slice(8))).toBeLessThan(sameWithinRounding);
  });

  it.each([0, 1, 8])('gives every path of a tree the rows of its chain, after %d tokens', async (past) => {
    const prefix = text.slice(0, past);
    if (past > 0) await session.run({ tokens: prefix, rows: [], past: 0 });
    const plan = planTreePass(past, parents);
    const tree = await session.run({ tokens: treeTokens, rows: all(parents), past, tree: plan });
    for (const leaf of leaves) {
      const branch = pathTo(leaf);
      const tokens = [...prefix, ...branch.map((node) => treeTokens[node] as number)];
      const expected = await chain(tokens, [tokens.length]);
      const found = branch.map((node) => tree.logits[node] as Float32Array);
      expect(largestDifference(found, expected.logits.slice(past))).toBeLessThan(sameWithinRounding);
    }
  });

  it('takes a chain as a tree', async () => {
    const rows = all(text);
    const plan = planTreePass(
      0,
      rows.map((row) => row - 1),
    );
    const tree = await session.run({ tokens: text, rows, past: 0, tree: plan });
    const expected = await chain(text, [8]);
    expect(largestDifference(tree.logits, expected.logits)).toBeLessThan(sameWithinRounding);
  });

  // Without these the test above would pass with a mask or positions that do nothing.
  it('control: a tree without its mask, or without its positions, gives other rows', async () => {
    await session.run({ tokens: text, rows: [], past: 0 });
    const plan = planTreePass(8, parents);
    const right = await session.run({ tokens: treeTokens, rows: [6], past: 8, tree: plan });
    const unmasked = { ...plan, bias: new Float32Array(plan.bias.length) };
    const counted = { ...plan, positions: BigInt64Array.from(parents, (_, node) => 8n + BigInt(node)) };
    for (const wrong of [unmasked, counted]) {
      const found = await session.run({ tokens: treeTokens, rows: [6], past: 8, tree: wrong });
      expect(largestDifference(found.logits, right.logits)).toBeGreaterThan(0.1);
    }
  });
});

describe('GroupQueryAttention and attention taken apart', () => {
  it('agree on random trees on caches of any length', async () => {
    const sessions: GraphSession[] = [];
    for (const decomposed of [false, true]) {
      const path = inFolder(`${decomposed}.onnx`);
      const manifest = await generateGraph(tinyModels.draft, path, { weightFormat: 'float32', decomposed });
      sessions.push(await GraphSession.open(path, manifest));
    }
    const random = randomNumbers(7);
    const below = (limit: number): number => Math.floor(random() * limit);
    for (let trial = 0; trial < 20; trial++) {
      const past = below(24);
      const prefix = Array.from({ length: past }, () => below(8192));
      const nodes = Array.from({ length: 1 + below(12) }, (_, node) => below(node + 1) - 1);
      const tokens = nodes.map(() => below(8192));
      const tree = planTreePass(past, nodes);
      const outputs: PassOutputs[] = [];
      for (const session of sessions) {
        if (past > 0) await session.run({ tokens: prefix, rows: [], past: 0 });
        outputs.push(await session.run({ tokens, rows: all(nodes), past, tree }));
      }
      const [fused, apart] = outputs as [PassOutputs, PassOutputs];
      expect(largestDifference(fused.logits, apart.logits)).toBeLessThan(sameWithinRounding);
    }
    for (const session of sessions) await session.close();
  });

  it('control: on an empty cache GroupQueryAttention counts the positions by itself', async () => {
    const path = inFolder('empty.onnx');
    const manifest = await generateGraph(tinyModels.draft, path, { weightFormat: 'float32' });
    const session = await GraphSession.open(path, manifest);
    const siblings = [-1, -1];
    const right = planTreePass(0, siblings);
    expect(right.firstSlot).toBe(1);
    const naive = {
      positions: BigInt64Array.of(0n, 0n),
      bias: Float32Array.of(0, -30_000, -30_000, 0),
      total: 2,
    };
    const expected = await session.run({ tokens: [9], rows: [0], past: 0 });
    const planned = await session.run({ tokens: [8, 9], rows: [1], past: 0, tree: right });
    const unplanned = await session.run({ tokens: [8, 9], rows: [1], past: 0, tree: naive });
    expect(largestDifference(planned.logits, expected.logits)).toBeLessThan(sameWithinRounding);
    // A single token attends to itself alone, so only its keys show at which position it was put.
    const afterPlanned = await nextRow(session, { ...right, past: 0 }, 3);
    const afterUnplanned = await nextRow(session, { ...naive, past: 0 }, 2);
    expect(largestDifference(unplanned.logits, expected.logits)).toBeLessThan(sameWithinRounding);
    const chain = await session.run({ tokens: [9, 7], rows: [1], past: 0 });
    expect(largestDifference(afterPlanned, chain.logits)).toBeLessThan(sameWithinRounding);
    expect(largestDifference(afterUnplanned, chain.logits)).toBeGreaterThan(0.01);
    await session.close();
  });
});

/** Token 7 at position 1 after the second of two siblings, which lies in the slot before `slot`. */
async function nextRow(
  session: GraphSession,
  tree: {
    readonly positions: BigInt64Array;
    readonly bias: Float32Array;
    readonly total: number;
    readonly past: number;
  },
  slot: number,
): Promise<readonly Float32Array[]> {
  await session.run({ tokens: [8, 9], rows: [], past: 0, tree });
  const bias = new Float32Array(slot + 1).fill(-30_000);
  bias.fill(0, slot - 1);
  const next = { positions: BigInt64Array.of(1n), bias, total: slot + 1 };
  return (await session.run({ tokens: [7], rows: [0], past: slot, tree: next })).logits;
}
