/**
 * Tokens committed per target pass by chains and by trees of at most 16 nodes, of the embedded draft model on the
 * embedded target, temperature 1: 32 prompts of 128 tokens of application code, 128 tokens each. Counts, no times, so
 * the number of threads changes nothing. Run: npx tsx bench/tree-tokens.ts (after npm run build; some minutes).
 */
import { readFile } from 'node:fs/promises';
import {
  createAdaptiveTreeShape,
  createModelDrafter,
  createModelTreeDrafter,
  type Drafter,
  type DraftTreeKind,
  encodePrompt,
  generateText,
} from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { hodgesLehmannRatio } from '@foretoken/stats';
import { tinyModels } from '@foretoken/tiny-models';
import { writeResult } from './support/write-result.js';

const nodes = 16;
const promptCount = 32;
const promptLength = 128;
const maximumTokens = 128;
const seed = 20261128;
const threads = 1;

const target = await llamacppBackend.loadModel(tinyModels.target, { threads });
const draft = await llamacppBackend.loadModel(tinyModels.draft, { threads });
const file = new URL('prompts/application-code.txt', import.meta.url);
const texts = (await readFile(file, 'utf8')).trimEnd().split('\n---\n').slice(0, promptCount);
const prompts = texts.map((text) => encodePrompt(target.tokenizer, text).slice(0, promptLength));

/** Passes that cost the same for 1 to 17 tokens, and drafting that costs nothing: only tokens per pass count. */
const flat = { lengths: [1, nodes + 1, nodes + 2, 64], milliseconds: [1, 1, 1000, 1000] };
const free = { lengths: [1, 64], milliseconds: [1e-9, 1e-9] };
const chains = [5, 8, 12, nodes];
const trees: readonly (readonly [name: string, kind: () => DraftTreeKind])[] = [
  ['static 2,1,1,1,1,1,1,1', () => ({ kind: 'static', widths: [2, 1, 1, 1, 1, 1, 1, 1] })],
  ['dynamic', () => ({ kind: 'dynamic', nodes, depth: 8 })],
  [
    'chosen',
    () => ({
      kind: 'chosen',
      chooser: createAdaptiveTreeShape({ targetCosts: flat, draftCosts: free, maximumTokens: nodes }),
    }),
  ],
  ['sampled', () => ({ kind: 'sampled', nodes })],
];

interface Row {
  readonly name: string;
  readonly rule: string;
  readonly tokensPerPass: number;
  readonly byPrompt: readonly number[];
}

async function measure(name: string, rule: string, draftLength: number, create: () => Drafter): Promise<Row> {
  let committed = 0;
  let rounds = 0;
  const byPrompt: number[] = [];
  for (const [request, prompt] of prompts.entries()) {
    const drafter = create();
    const { counters } = await generateText({
      target,
      drafter,
      prompt,
      rule,
      draftLength,
      maximumTokens,
      seed,
      request,
      ignoreEndTokens: true,
    });
    await drafter.close();
    committed += counters.committedCount;
    rounds += counters.roundCount;
    byPrompt.push(counters.committedCount / counters.roundCount);
  }
  console.log(name, rule, (committed / rounds).toFixed(3));
  return { name, rule, tokensPerPass: committed / rounds, byPrompt };
}

const rows: Row[] = [];
for (const length of chains) {
  for (const rule of length === 5 ? ['tokenwise', 'block'] : ['block'])
    rows.push(
      await measure(`chain ${length}`, rule, length, () => createModelDrafter({ model: draft, target })),
    );
}
for (const [name, kind] of trees) {
  const create = (): Drafter => createModelTreeDrafter({ model: draft, target, tree: kind() });
  // On certain guesses no rule keeps more than this one.
  const rules = name === 'dynamic' ? ['recursive-rejection'] : ['recursive-rejection', 'traversal'];
  for (const rule of rules) rows.push(await measure(name, rule, nodes, create));
}
await draft.close();
await target.close();

const best = (among: readonly Row[]): Row =>
  among.reduce((left, right) => (right.tokensPerPass > left.tokensPerPass ? right : left));
const bestChain = best(rows.filter(({ name }) => name.startsWith('chain')));
const bestTree = best(rows.filter(({ name }) => !name.startsWith('chain')));
const rowOf = (name: string, rule: string): Row =>
  rows.find((row) => row.name === name && row.rule === rule) as Row;
/** Tokens per pass of one over those of another, with an interval over prompts. */
const ratio = (candidate: Row, baseline: Row) => ({
  candidate: `${candidate.name}, ${candidate.rule}`,
  baseline: `${baseline.name}, ${baseline.rule}`,
  ofTotals: candidate.tokensPerPass / baseline.tokensPerPass,
  byPrompt: hodgesLehmannRatio({ baseline: candidate.byPrompt, candidate: baseline.byPrompt }),
});
await writeResult('tree-tokens', {
  seed,
  prompts: promptCount,
  maximumTokens,
  rows: rows.map(({ name, rule, tokensPerPass }) => ({ name, rule, tokensPerPass })),
  treeOverChain: ratio(bestTree, bestChain),
  blockOverTokenwise: ratio(rowOf('chain 5', 'block'), rowOf('chain 5', 'tokenwise')),
  traversalOverRecursiveRejection: ratio(
    rowOf('sampled', 'traversal'),
    rowOf('sampled', 'recursive-rejection'),
  ),
});
