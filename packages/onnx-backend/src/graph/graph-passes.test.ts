import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphSession, type PassOutputs } from '../../testing/graph-session.js';
import { largestDifference } from '../../testing/largest-difference.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { generateGraph } from './generate-graph.js';
import type { GraphManifest } from './graph-manifest.js';
import type { GraphOptions } from './graph-options.js';
import { planTreePass } from './tree-pass.js';

const inFolder = temporaryFolder();
const text = [5, 100, 2000, 7000, 42, 17, 300, 999];
const all = (tokens: readonly number[]): number[] => tokens.map((_, row) => row);

/** Largest difference of logits between passes that add the same numbers in another order; measured: 4e-5. */
const sameWithinRounding = 1e-4;
/** Where activations are rounded to 8 bits, and such a difference lets some be rounded otherwise; measured: 0.3. */
const sameWithinEightBits = 1;

/** A draft tree of 7 nodes: two roots, siblings, a chain. */
const treeTokens = [9, 8, 7, 9, 5, 4, 3];
const parents = [-1, 0, 0, -1, 1, 4, 3];

function pathTo(node: number): number[] {
  return node === -1 ? [] : [...pathTo(parents[node] as number), node];
}

const leaves = all(parents).filter((node) => !parents.includes(node));

describe.each<readonly [GraphOptions, number]>([
  [{ weightFormat: 'float32' }, sameWithinRounding],
  [{ weightFormat: 'int8', accuracyLevel: 1 }, sameWithinRounding],
  [{ weightFormat: 'int8', accuracyLevel: 4 }, sameWithinEightBits],
  [{ weightFormat: 'float32', decomposed: true }, sameWithinRounding],
])('%j', (options, tolerance) => {
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
      expect(largestDifference(parts.logits, whole.logits)).toBeLessThan(tolerance);
      expect(largestDifference(parts.hiddenStates, whole.hiddenStates)).toBeLessThan(tolerance);
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
      expect(largestDifference(wanted.logits, expected)).toBeLessThan(tolerance);
      expect(largestDifference(wanted.hiddenStates, hidden)).toBeLessThan(tolerance);
    }
    // The pass without rows has filled the cache all the same.
    const next = await session.run({ tokens: [11], rows: [0], past: 8 });
    const expected = await chain([...text, 11], [9]);
    expect(largestDifference(next.logits, expected.logits.slice(8))).toBeLessThan(tolerance);
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
      expect(largestDifference(found, expected.logits.slice(past))).toBeLessThan(tolerance);
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
    expect(largestDifference(tree.logits, expected.logits)).toBeLessThan(tolerance);
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
      expect(largestDifference(found.logits, right.logits)).toBeGreaterThan(3);
    }
  });
});
