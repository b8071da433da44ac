/**
 * The host's own work of a round of 16 draft tokens at a vocabulary of 8,192: what drafters without a model take to
 * propose and to learn from the outcome, what growing a tree takes besides the draft model's passes, and what every rule
 * takes to verify. Not in it: models' passes, and turning logits into probabilities (bench/host-cost.ts). Goal: a
 * round of any rule within 0.3 ms. Run: npx tsx bench/round-host-cost.ts (after npm run build).
 */
import {
  createAdaptiveTreeShape,
  createForcedTokenDrafter,
  createInputCopyDrafter,
  createLogitsTransform,
  createNGramDrafter,
  createPromptLookupDrafter,
  createRequestRandom,
  type Distribution,
  type Draft,
  type Drafter,
  drawToken,
  verificationRules,
} from '@foretoken/core';
import { editTokens } from '@foretoken/core/testing';
import { withoutReplacement, withReplacement } from '../packages/core/src/drafting/tree/choose-children.js';
import type { DraftTree } from '../packages/core/src/drafting/tree/draft-tree.js';
import { growConfidentTree } from '../packages/core/src/drafting/tree/grow-confident-tree.js';
import { growShapedTree } from '../packages/core/src/drafting/tree/grow-shaped-tree.js';
import type { TreeStepper } from '../packages/core/src/drafting/tree/tree-stepper.js';
import { writeResult } from './support/write-result.js';

const vocabularySize = 8192;
const width = 16;
const goal = 0.3;
const seed = 20261128;
const warmUp = 200;
const rounds = 600;
const sourceLength = 1024;
const random = createRequestRandom({ seed });
const transform = createLogitsTransform({ temperature: 1 }, vocabularySize);

interface Cost {
  readonly what: string;
  readonly milliseconds: { readonly median: number; readonly p90: number };
}

function summary(times: readonly number[]): Cost['milliseconds'] {
  const sorted = times.toSorted((left, right) => left - right);
  const at = (share: number): number =>
    Number((sorted[Math.floor(share * sorted.length)] as number).toFixed(4));
  return { median: at(0.5), p90: at(0.9) };
}

async function measure(what: string, round: (repetition: number) => unknown): Promise<Cost> {
  const times: number[] = [];
  for (let repetition = 0; repetition < warmUp + rounds; repetition++) {
    const start = performance.now();
    const result = round(repetition);
    if (result instanceof Promise) await result;
    if (repetition >= warmUp) times.push(performance.now() - start);
  }
  return { what, milliseconds: summary(times) };
}

/** A text that is its prompt with one token of twenty changed, followed round by round; every round is timed. */
async function measureDrafter(drafter: Drafter, maximumLeaves: number): Promise<Cost> {
  const source = Array.from({ length: sourceLength }, (_, place) =>
    Math.floor(random.round(place).uniform('sample', 0, 1, 0) * vocabularySize),
  );
  const edits = { seed, rate: 0.05, substitutions: 1, insertions: 1, deletions: 1, vocabularySize };
  const times: number[] = [];
  for (let text = 0; times.length < warmUp + rounds; text++) {
    const output = editTokens(source, { ...edits, seed: seed + text });
    const tokens = [...source];
    const end = source.length + output.length;
    while (tokens.length < end) {
      const start = performance.now();
      const draft = await drafter.propose(
        {
          tokens,
          promptLength: source.length,
          transform,
          random: random.round(tokens.length),
          targetHiddenRows: undefined,
          shouldStop: undefined,
          signal: undefined,
        },
        { maximumTokens: width, maximumLeaves },
      );
      const path = followed(draft, output, tokens.length - source.length);
      const before = tokens.length;
      tokens.push(...output.slice(before - source.length, before - source.length + path.length + 1));
      drafter.observe({
        acceptedPath: path,
        committedTokens: tokens.slice(before),
        committedLength: tokens.length,
        hiddenRows: undefined,
      });
      times.push(performance.now() - start);
    }
  }
  await drafter.close();
  const what = `${drafter.name}, ${maximumLeaves === 1 ? 'a chain' : `at most ${maximumLeaves} leaves`}`;
  return { what, milliseconds: summary(times.slice(warmUp)) };
}

/** The longest path of the draft that the text has from a place on. */
function followed(draft: Draft, text: readonly number[], place: number): number[] {
  const path: number[] = [];
  for (let node = 0; node < draft.tokens.length; node++) {
    if (draft.parents[node] === (path.at(-1) ?? -1) && draft.tokens[node] === text[place + path.length]) {
      path.push(node);
    }
  }
  return path;
}

/** Logits as a model gives them, the draft's the target's with noise, as probabilities at temperature 1. */
function distributionRow(row: number, noise: number): Distribution {
  const keyed = random.round(row);
  const logits = Float32Array.from({ length: vocabularySize }, (_, token) => {
    const gaussian = (index: number): number =>
      Math.sqrt(-2 * Math.log(1 - keyed.uniform('sample', 0, token, index))) *
      Math.cos(2 * Math.PI * keyed.uniform('sample', 0, token, index + 1));
    return 3 * gaussian(0) + noise * gaussian(2);
  });
  return createLogitsTransform({ temperature: 1 }, vocabularySize).apply(logits, [], 0);
}

const targetRows = Array.from({ length: width + 1 }, (_, row) => distributionRow(row, 0));
const draftRows = Array.from({ length: width + 1 }, (_, row) => distributionRow(row, 0.3));
const stepper: TreeStepper = {
  maximumWidth: width,
  maximumNodes: width,
  step: async (_tree: DraftTree, nodes: readonly number[]) =>
    nodes.map((node) => draftRows[(node + 1) % draftRows.length] as Distribution),
};
const limits = {
  maximumTokens: width,
  maximumLeaves: width,
  maximumDepth: width,
  maximumExpanded: width,
  maximumInner: width,
};
const line = { parents: Array.from({ length: width }, (_, node) => node - 1) };
/** 3 + 5 + 5 + 3 nodes. */
const bushy = { parents: [-1, -1, -1, 0, 0, 0, 1, 1, 3, 3, 4, 6, 6, 8, 8, 9] };
const buffers: Float64Array[] = [];
const draw =
  (round: number) =>
  (distribution: Distribution, node: number): number =>
    drawToken(distribution, random.round(round).uniform('draft', 0, node, 0));

const costs = {
  drafters: [
    await measureDrafter(createPromptLookupDrafter(), 1),
    await measureDrafter(createNGramDrafter(), 1),
    await measureDrafter(createNGramDrafter(), 8),
    await measureDrafter(createInputCopyDrafter(), 1),
    await measureDrafter(createInputCopyDrafter(), 8),
    await measureDrafter(createForcedTokenDrafter({ inner: createPromptLookupDrafter() }), 1),
  ],
  trees: [
    await measure('sampled without replacement, 16 nodes', (round) =>
      growShapedTree(stepper, bushy, withoutReplacement(draw(round), buffers), undefined),
    ),
    await measure('sampled with replacement, 16 nodes', (round) =>
      growShapedTree(stepper, bushy, withReplacement(draw(round)), undefined),
    ),
    await measure('most probable paths, 16 nodes', () =>
      growConfidentTree(stepper, limits, { depth: 6, branching: 4 }, undefined),
    ),
    await measure('choosing the shape of 16 nodes', shapeChoice()),
  ],
  verification: [] as Cost[],
};

/** What `--tree auto` decides before every round. */
function shapeChoice(): () => void {
  const lengths = [1, 4, 8, width + 1];
  const chooser = createAdaptiveTreeShape({
    targetCosts: { lengths, milliseconds: [1, 1.2, 1.5, 2] },
    draftCosts: { lengths, milliseconds: [0.1, 0.11, 0.12, 0.15] },
    maximumTokens: width,
  });
  return () => {
    const { parents } = chooser.next(limits);
    if (parents.length > 0) chooser.observe({ parents, acceptedPath: [0] });
  };
}

for (const rule of verificationRules.values()) {
  for (const [name, shape] of [
    ['a chain of 16', line],
    ['a tree of 16', bushy],
  ] as const) {
    if (shape === bushy && !rule.trees) continue;
    const choose = rule.independentSiblings === true ? withReplacement : withoutReplacement;
    const trees = await Promise.all(
      Array.from({ length: 32 }, (_, round) =>
        growShapedTree(stepper, shape, choose(draw(round), []), undefined),
      ),
    );
    const drafts = trees.map((tree) => tree.toDraft('bench'));
    costs.verification.push(
      await measure(`${rule.name}, ${name}`, (round) => {
        const draft = drafts[round % drafts.length] as Draft;
        rule.verify(draft, targetRows, random.verification(rule, draft, round));
      }),
    );
  }
}

const slowest = (all: readonly Cost[]): number =>
  Math.max(...all.map(({ milliseconds }) => milliseconds.median));
const medianOf = (all: readonly Cost[], start: string): number =>
  slowest(all.filter(({ what }) => what.startsWith(start)));
for (const all of Object.values(costs)) {
  for (const { what, milliseconds } of all)
    console.log(`${what}: ${milliseconds.median} ms (p90 ${milliseconds.p90})`);
}
/** A round of every rule: a chain by the slowest drafter without a model, or a tree that a model drafts; then verification. */
const totals = [...verificationRules.values()].map(({ name, trees, independentSiblings }) => {
  const verified = (shape: string): number => medianOf(costs.verification, `${name}, a ${shape}`);
  const growth = `sampled ${independentSiblings === true ? 'with' : 'without'} replacement`;
  const rounded = (milliseconds: number): number => Number(milliseconds.toFixed(4));
  return {
    rule: name,
    chain: rounded(slowest(costs.drafters) + verified('chain')),
    tree: trees
      ? rounded(medianOf(costs.trees, growth) + medianOf(costs.trees, 'choosing') + verified('tree'))
      : undefined,
  };
});
for (const { rule, chain, tree } of totals) {
  console.log(`A round of ${rule}: a chain ${chain} ms, a tree ${tree ?? '-'} ms; goal ${goal}`);
}
await writeResult('round-host-cost', {
  seed,
  unit: 'ms',
  vocabularySize,
  width,
  rounds,
  goal,
  totals,
  costs,
});
