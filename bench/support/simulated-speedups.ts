import { chooseTreeShape, costAt, type TreeShape } from '@foretoken/core';
import {
  byBatch,
  deepmind,
  gpus,
  leviathan,
  models,
  sequoia,
  sequoiaExample,
  sequoiaOffloading,
} from './published-speedups.js';
import { type Gpu, type ModelSizes, rooflineMilliseconds } from './roofline.js';
import { simulateCommitted, simulateLength, simulatePlan, type SimulatedPair } from './simulated-plan.js';

/** Not published for any row here: MT-bench's texts are of about this length. */
export const contextTokens = 512;

/** The acceptance with which a quantity that grows with it has a value. */
function solve(value: number, of: (acceptance: number) => number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (of(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function gap(ours: number, measured: number): number {
  return ours / measured - 1;
}

export const leviathanRows = leviathan.map((row) => {
  const pair = { target: () => 1, draft: row.costRatio, acceptance: row.acceptance };
  const ours = simulateLength(pair, row.length);
  const chosen = simulatePlan(pair);
  return {
    ...row,
    ours,
    gap: gap(ours, row.measured),
    gapToExpected: gap(ours, row.expected),
    chosen,
  };
});

const { plain, longest } = deepmind.loopMilliseconds;
const deepmindCosts = { target: () => plain, draft: (longest - plain) / deepmind.readAtLength };
export const deepmindRows = deepmind.rows.map(({ setting, tokensOverLength, measured }) => {
  const tokens = tokensOverLength * (deepmind.readAtLength + 1);
  const acceptance = solve(tokens, (chance) => simulateCommitted(chance, deepmind.readAtLength));
  const pair = { ...deepmindCosts, acceptance };
  const ours = simulateLength(pair, deepmind.length);
  const chosen = simulatePlan(pair);
  return {
    source: deepmind.source,
    setting,
    length: deepmind.length,
    acceptance,
    measured,
    ours,
    gap: gap(ours, measured),
    chosen,
  };
});

/** A pass takes what one over a token does until arithmetic takes longer (equation 1 of the paper for the round). */
function sequoiaSpeed(
  row: { plainMilliseconds: number; size: number; depth: number; tokens: number },
  gpu: Gpu,
  parameters: number,
  draftMilliseconds: number,
): number {
  const arithmetic = (1000 * 2 * parameters * row.size) / gpu.peak;
  const pass = Math.max(row.plainMilliseconds, arithmetic);
  return (row.tokens * row.plainMilliseconds) / (pass + row.depth * draftMilliseconds);
}

export const sequoiaRows = sequoia.map((row) => {
  const { parameters } = row.target === 'Llama2-7B' ? models.llama2Small : models.llama2Medium;
  const ours = sequoiaSpeed(row, gpus['A100 PCIe 80GB'], parameters, row.draftMilliseconds);
  return { ...row, ours, gap: gap(ours, row.measured) };
});

export const offloadingRows = sequoiaOffloading.map((row) => {
  const draft = row.draft.startsWith('Llama2') ? models.llama2Small : models.llama3Small;
  const draftMilliseconds = rooflineMilliseconds(gpus.L40, draft, {
    batch: 1,
    tokens: 1,
    contextTokens: 128,
  });
  const ours = sequoiaSpeed(row, gpus.L40, models.llama3Large.parameters, draftMilliseconds);
  return { ...row, ours, gap: gap(ours, row.measured) };
});

/** The authors' example through our tree choice: acceptance given that the earlier siblings were refused. */
export const exampleTree = (() => {
  const { childChances, sizes, milliseconds, maximumDepth, draftMilliseconds, parents, source } =
    sequoiaExample;
  const acceptance = (_depth: number, rank: number): number => {
    const before = childChances.slice(0, rank).reduce((sum, chance) => sum + chance, 0);
    return (childChances[rank] as number) / (1 - before);
  };
  const costs = { lengths: [...sizes], milliseconds: [...milliseconds] };
  const depthOf = ({ parents: all }: TreeShape): number => {
    const depths: number[] = [];
    for (const parent of all) depths.push(parent < 0 ? 1 : (depths[parent] as number) + 1);
    return Math.max(0, ...depths);
  };
  const { shape, expectedGain } = chooseTreeShape({
    maximumTokens: (sizes.at(-1) as number) - 1,
    maximumDepth: maximumDepth - 1,
    maximumWidth: childChances.length,
    acceptance,
    // Only passes of the sizes that they looked at; the draft reads the root and every level, as they count it.
    roundCost: (tree) => {
      const size = tree.parents.length + 1;
      if (!(sizes as readonly number[]).includes(size)) return Number.POSITIVE_INFINITY;
      return costAt(costs, size) + draftMilliseconds * (depthOf(tree) + 1);
    },
  });
  const same = JSON.stringify(shape.parents) === JSON.stringify(parents);
  return { source, theirParents: parents, ourParents: shape.parents, same, expectedGain };
})();

/** A drafting layer: one of the target's, and its output matrix (EAGLE, 2401.15077). */
function eagleHead(target: ModelSizes): ModelSizes {
  const outputMatrix = 128_256 * target.width;
  const layer = (target.parameters - 2 * outputMatrix) / target.layers;
  return { ...target, name: 'EAGLE head', parameters: layer + outputMatrix, layers: 1 };
}

/** Passes of a batch: the speed of one of its sequences is that of all. */
function batched(
  gpu: Gpu,
  target: ModelSizes,
  draft: ModelSizes,
  batch: number,
  shared = {},
): Omit<SimulatedPair, 'acceptance'> {
  const pass = (sizes: ModelSizes, tokens: number): number =>
    rooflineMilliseconds(gpu, sizes, { batch, tokens, contextTokens, ...shared });
  return { target: (tokens) => pass(target, tokens), draft: pass(draft, 1) };
}

export const batchRows = byBatch.map(({ source, drafter, gpu, length, batches, measured }) => {
  const target = models.llama3Small;
  const gainOf = (batch: number, acceptance: number): number =>
    simulateLength({ ...batched(gpus[gpu], target, eagleHead(target), batch), acceptance }, length);
  const [firstBatch] = batches;
  const acceptance = solve(measured[0], (chance) => gainOf(firstBatch, chance));
  const ours = batches.map((batch) => gainOf(batch, acceptance));
  const gaps = ours.map((value, index) => gap(value, measured[index] as number));
  return { source, drafter, gpu, length, acceptance, batches, measured, ours, gaps };
});

/** The smallest batch that is decoded plainly, between two of those that were looked at. */
function firstPlain(
  choices: readonly { readonly batch: number; readonly length: number }[],
  isPlain: (batch: number) => boolean,
): number | undefined {
  const index = choices.findIndex(({ length }) => length === 0);
  if (index < 0) return undefined;
  let [drafting, plainly] = [choices[index - 1]?.batch ?? 0, choices[index]?.batch as number];
  while (plainly - drafting > 1) {
    const middle = (drafting + plainly) >> 1;
    if (isPlain(middle)) plainly = middle;
    else drafting = middle;
  }
  return plainly;
}

export const allBatches = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const pairs = [
  { target: models.llama3Small, draft: models.llama3Draft, gpus: 1 },
  { target: models.llama3Large, draft: models.llama3Small, gpus: 4 },
];
export const breakEvenRows = pairs.flatMap(({ target, draft, gpus: count }) =>
  [gpus['A100 PCIe 80GB'], gpus['H100 SXM'], gpus.L40, gpus['RTX 3090']]
    // Weights that do not fit its memory: four of the smaller cards hold no 70B.
    .filter(({ name }) => count === 1 || name === 'H100 SXM' || name === 'A100 PCIe 80GB')
    .flatMap((gpu) =>
      [0.6, 0.8].map((acceptance) => {
        const choose = (batch: number) =>
          simulatePlan({ ...batched(gpu, target, draft, batch, { gpus: count }), acceptance });
        const choices = allBatches.map((batch) => ({ batch, ...choose(batch) }));
        const breakEven = firstPlain(choices, (batch) => choose(batch).length === 0);
        const name = `${target.name} with ${draft.name}`;
        return {
          pair: name,
          gpu: count === 1 ? gpu.name : `${count} x ${gpu.name}`,
          acceptance,
          choices,
          breakEven,
        };
      }),
    ),
);
