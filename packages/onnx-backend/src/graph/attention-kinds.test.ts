import { tinyModels } from '@foretoken/tiny-models';
import { describe, expect, it } from 'vitest';
import { GraphSession, type PassOutputs } from '../../testing/graph-session.js';
import { largestDifference } from '../../testing/largest-difference.js';
import { randomNumbers } from '../../testing/random-numbers.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { generateGraph } from './generate-graph.js';
import { planTreePass } from './tree-pass.js';

const inFolder = temporaryFolder();

/** Largest difference of logits between kernels that add the same numbers in another order; measured: 4e-5. */
const sameWithinRounding = 1e-4;

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
        outputs.push(await session.run({ tokens, rows: nodes.map((_, row) => row), past, tree }));
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
