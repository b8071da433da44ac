/**
 * What the code that plans on this machine makes of published acceptances and costs, beside the speedups that were
 * measured with them; and, from data sheets, the batch size from which speculation no longer pays. Nothing is measured here.
 * Run: npx tsx bench/published-speedups.ts (after npm run build)
 */
import { readFile, writeFile } from 'node:fs/promises';
import { chooseDraftLength, chooseTreeShape, costAt, type TreeShape } from '@foretoken/core';
import { markdownTable } from './support/markdown-table.js';
import {
  byBatch,
  deepmind,
  gpus,
  leviathan,
  models,
  sequoia,
  sequoiaExample,
  sequoiaOffloading,
} from './support/published-speedups.js';
import { type Gpu, type ModelSizes, rooflineMilliseconds } from './support/roofline.js';
import { writeResult } from './support/write-result.js';

/** The goal: of a row whose acceptance and cost ratio are published. */
const closeEnough = 0.1;
const longestLength = 16;
/** Not published for any row here: MT-bench's texts are of about this length. */
const contextTokens = 512;

type Cost = (length: number) => number;

/** The gain of one length: the others cost too much to be chosen. */
function gainOf(length: number, acceptance: number, cost: Cost): number {
  const only: Cost = (drafted) =>
    drafted === 0 || drafted === length ? cost(drafted) : Number.POSITIVE_INFINITY;
  const { expectedGain, length: chosen } = chooseDraftLength(length, () => acceptance, only);
  // Plain decoding is chosen where the length loses: then its gain is the plain share.
  return chosen === length ? expectedGain : tokensOf(length, acceptance) * (cost(0) / cost(length));
}

function tokensOf(length: number, acceptance: number): number {
  return chooseDraftLength(
    length,
    () => acceptance,
    (drafted) => (drafted === length ? 1e-9 : 1),
  ).expectedCommitted;
}

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

const leviathanRows = leviathan.map((row) => {
  const cost: Cost = (length) => 1 + row.costRatio * length;
  const best = chooseDraftLength(longestLength, () => row.acceptance, cost);
  const ours = gainOf(row.length, row.acceptance, cost);
  const chosen = { length: best.length, gain: best.expectedGain };
  return {
    ...row,
    ours,
    gap: gap(ours, row.measured),
    gapToExpected: gap(ours, row.expected),
    chosen,
  };
});

const { plain, longest } = deepmind.loopMilliseconds;
const deepmindCost: Cost = (length) => plain + ((longest - plain) * length) / deepmind.readAtLength;
const deepmindRows = deepmind.rows.map(({ setting, tokensOverLength, measured }) => {
  const tokens = tokensOverLength * (deepmind.readAtLength + 1);
  const acceptance = solve(tokens, (chance) => tokensOf(deepmind.readAtLength, chance));
  const best = chooseDraftLength(longestLength, () => acceptance, deepmindCost);
  const ours = gainOf(deepmind.length, acceptance, deepmindCost);
  const chosen = { length: best.length, gain: best.expectedGain };
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

const sequoiaRows = sequoia.map((row) => {
  const { parameters } = row.target === 'Llama2-7B' ? models.llama2Small : models.llama2Medium;
  const ours = sequoiaSpeed(row, gpus['A100 PCIe 80GB'], parameters, row.draftMilliseconds);
  return { ...row, ours, gap: gap(ours, row.measured) };
});

const offloadingRows = sequoiaOffloading.map((row) => {
  const draft = row.draft.startsWith('Llama2') ? models.llama2Small : models.llama3Small;
  const draftMilliseconds = rooflineMilliseconds(gpus.L40, draft, { batch: 1, tokens: 1, contextTokens: 128 });
  const ours = sequoiaSpeed(row, gpus.L40, models.llama3Large.parameters, draftMilliseconds);
  return { ...row, ours, gap: gap(ours, row.measured) };
});

/** The authors' example through our tree choice: acceptance given that the earlier siblings were refused. */
const example = (() => {
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

function batchedCost(gpu: Gpu, target: ModelSizes, draft: ModelSizes, batch: number, shared = {}): Cost {
  const pass = (sizes: ModelSizes, tokens: number): number =>
    rooflineMilliseconds(gpu, sizes, { batch, tokens, contextTokens, ...shared });
  return (length) => pass(target, length + 1) + length * pass(draft, 1);
}

const batchRows = byBatch.map(({ source, drafter, gpu, length, batches, measured }) => {
  const target = models.llama3Small;
  const cost = (batch: number): Cost => batchedCost(gpus[gpu], target, eagleHead(target), batch);
  const [firstBatch] = batches;
  const acceptance = solve(measured[0], (chance) => gainOf(length, chance, cost(firstBatch)));
  const ours = batches.map((batch) => gainOf(length, acceptance, cost(batch)));
  const gaps = ours.map((value, index) => gap(value, measured[index] as number));
  return { source, drafter, gpu, length, acceptance, batches, measured, ours, gaps };
});

const allBatches = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const pairs = [
  { target: models.llama3Small, draft: models.llama3Draft, gpus: 1 },
  { target: models.llama3Large, draft: models.llama3Small, gpus: 4 },
];
const breakEvenRows = pairs.flatMap(({ target, draft, gpus: count }) =>
  [gpus['A100 PCIe 80GB'], gpus['H100 SXM'], gpus.L40, gpus['RTX 3090']]
    // Weights that do not fit its memory: four of the smaller cards hold no 70B.
    .filter(({ name }) => count === 1 || name === 'H100 SXM' || name === 'A100 PCIe 80GB')
    .flatMap((gpu) =>
      [0.6, 0.8].map((acceptance) => {
        const choose = (batch: number) =>
          chooseDraftLength(
            longestLength,
            () => acceptance,
            batchedCost(gpu, target, draft, batch, { gpus: count }),
          );
        const choices = allBatches.map((batch) => {
          const { length, expectedGain } = choose(batch);
          return { batch, length, gain: expectedGain };
        });
        let breakEven: number | undefined;
        for (let batch = 1; batch <= 1024 && breakEven === undefined; batch++)
          if (choose(batch).length === 0) breakEven = batch;
        const name = `${target.name} with ${draft.name}`;
        return { pair: name, gpu: count === 1 ? gpu.name : `${count} x ${gpu.name}`, acceptance, choices, breakEven };
      }),
    ),
);

const comparable = [...leviathanRows, ...deepmindRows, ...sequoiaRows];
const close = comparable.filter((row) => Math.abs(row.gap) <= closeEnough).length;
const closeToExpected = leviathanRows.filter((row) => Math.abs(row.gapToExpected) <= closeEnough).length;

const speed = (value: number): string => `${value.toFixed(2)}x`;
const percent = (value: number): string => `${value >= 0 ? '+' : '−'}${Math.abs(100 * value).toFixed(0)} %`;
const tables: Readonly<Record<string, string>> = {
  comparable: markdownTable(
    ['source', 'setting', 'draft', 'published', 'ours', 'gap', 'we would choose'],
    [
      ...[...deepmindRows, ...leviathanRows].map((row) => [
        row.source,
        row.setting,
        `${row.length} tokens`,
        speed(row.measured),
        speed(row.ours),
        percent(row.gap),
        `${row.chosen.length} tokens, ${speed(row.chosen.gain)}`,
      ]),
      ...sequoiaRows.map((row) => [
        row.source,
        row.setting,
        'tree',
        speed(row.measured),
        speed(row.ours),
        percent(row.gap),
        '',
      ]),
    ],
  ),
  expected: markdownTable(
    ['setting', 'their expectation', 'ours', 'gap'],
    leviathanRows.map((row) => [
      row.setting,
      speed(row.expected),
      speed(row.ours),
      percent(row.gapToExpected),
    ]),
  ),
  offloading: markdownTable(
    ['source', 'setting', 'published', 'ours', 'gap'],
    offloadingRows.map((row) => [
      row.source,
      row.setting,
      speed(row.measured),
      speed(row.ours),
      percent(row.gap),
    ]),
  ),
  batches: markdownTable(
    ['source', 'drafter', '', ...allBatches.filter((batch) => batch >= 2 && batch <= 32).map(String), '48', '56', '64'],
    batchRows.flatMap((row) => {
      const columns = [2, 4, 8, 16, 32, 48, 56, 64].map((batch) => (row.batches as readonly number[]).indexOf(batch));
      const cells = (values: readonly number[]): string[] =>
        columns.map((index) => (index < 0 ? '' : (values[index] as number).toFixed(2)));
      return [
        [row.source, row.drafter, 'published', ...cells(row.measured)],
        ['', '', 'ours', ...cells(row.ours)],
      ];
    }),
  ),
  breakEven: markdownTable(
    ['models', 'GPU', 'acceptance', ...allBatches.map(String), 'from this batch on plain'],
    breakEvenRows.map((row) => [
      row.pair,
      row.gpu,
      String(row.acceptance),
      ...row.choices.map(({ length, gain }) => (length === 0 ? '0' : `${length}: ${gain.toFixed(2)}`)),
      row.breakEven === undefined ? 'none to 1024' : String(row.breakEven),
    ]),
  ),
};

console.log(
  `${close} of ${comparable.length} published speedups within ${100 * closeEnough} %; ${closeToExpected} of ${leviathanRows.length} of Leviathan's own expectations; Sequoia's example tree ${example.same ? 'the same' : 'another'}`,
);
await writeResult('published-speedups', {
  goal: closeEnough,
  contextTokens,
  within: { measured: close, of: comparable.length, leviathanExpected: closeToExpected },
  leviathan: leviathanRows,
  deepmind: deepmindRows,
  sequoia: sequoiaRows,
  sequoiaExample: example,
  sequoiaOffloading: offloadingRows,
  byBatch: batchRows,
  breakEven: breakEvenRows,
  gpus: Object.values(gpus),
  models: Object.values(models),
});

// The document's tables are these; its words are written by hand.
const file = new URL('../docs/simulation.md', import.meta.url);
let text = await readFile(file, 'utf8');
for (const [name, table] of Object.entries(tables)) {
  const place = new RegExp(`(<!-- table ${name} -->\n)[\\s\\S]*?(<!-- end -->)`);
  text = text.replace(place, (_, start: string, end: string) => `${start}\n${table}\n\n${end}`);
}
await writeFile(file, text);
