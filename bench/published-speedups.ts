/**
 * What the code that plans on this machine makes of published acceptances and costs, beside the speedups that were
 * measured with them; and, from data sheets, the batch size from which speculation no longer pays. Nothing is measured here.
 * Run: npx tsx bench/published-speedups.ts (after npm run build)
 */
import { readFile, writeFile } from 'node:fs/promises';
import { markdownTable } from './support/markdown-table.js';
import { gpus, models } from './support/published-speedups.js';
import {
  allBatches,
  batchRows,
  breakEvenRows,
  contextTokens,
  deepmindRows,
  exampleTree,
  leviathanRows,
  offloadingRows,
  sequoiaRows,
} from './support/simulated-speedups.js';
import { writeResult } from './support/write-result.js';

/** The goal: of a row whose acceptance and cost ratio are published. */
const closeEnough = 0.1;

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
    [
      'source',
      'drafter',
      '',
      ...allBatches.filter((batch) => batch >= 2 && batch <= 32).map(String),
      '48',
      '56',
      '64',
    ],
    batchRows.flatMap((row) => {
      const columns = [2, 4, 8, 16, 32, 48, 56, 64].map((batch) =>
        (row.batches as readonly number[]).indexOf(batch),
      );
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
  `${close} of ${comparable.length} published speedups within ${100 * closeEnough} %; ${closeToExpected} of ${leviathanRows.length} of Leviathan's own expectations; Sequoia's example tree ${exampleTree.same ? 'the same' : 'another'}`,
);
await writeResult('published-speedups', {
  goal: closeEnough,
  contextTokens,
  within: { measured: close, of: comparable.length, leviathanExpected: closeToExpected },
  leviathan: leviathanRows,
  deepmind: deepmindRows,
  sequoia: sequoiaRows,
  sequoiaExample: exampleTree,
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
