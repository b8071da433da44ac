/**
 * Tokens committed per target pass by chains and by trees of at most 16 nodes, of the embedded draft model on the embedded
 * target: 64 prompts of 128 tokens of application code, 128 tokens each, at temperature 1 and greedy. Counts, no times, so
 * the number of threads changes nothing. What is compared at temperature 1 is drawn twice.
 * Run: npx tsx bench/tree-tokens.ts (after npm run build; 10 minutes). The heads' trees: bench/head-tree-tokens.ts.
 */
import {
  createAdaptiveTreeShape,
  createModelDrafter,
  createModelTreeDrafter,
  type Drafter,
  type DraftTreeKind,
} from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { applicationCode, TokensPerPass, type TokensRow } from './support/tokens-per-pass.js';
import { writeResult } from './support/write-result.js';

const nodes = 16;
const maximumTokens = 128;
/** The growth's constants were fitted to trees after other texts, with other seeds. */
const seed = 20261129;
const threads = 1;
const draws = 2;

const target = await llamacppBackend.loadModel(tinyModels.target, { threads });
const draft = await llamacppBackend.loadModel(tinyModels.draft, { threads });
const texts = await applicationCode();
const tokens = new TokensPerPass(target, texts, maximumTokens, seed);
const chain = (): Drafter => createModelDrafter({ model: draft, target });
const tree = (kind: () => DraftTreeKind) => (): Drafter =>
  createModelTreeDrafter({ model: draft, target, tree: kind() });

/** Passes that cost the same for 1 to 17 tokens, and drafting that costs nothing: only tokens per pass count. */
const flat = { lengths: [1, nodes + 1, nodes + 2, 64], milliseconds: [1, 1, 1000, 1000] };
const free = { lengths: [1, 64], milliseconds: [1e-9, 1e-9] };
const sampled = tree(() => ({ kind: 'sampled', nodes }));
const dynamic = tree(() => ({ kind: 'dynamic', nodes, depth: 8 }));
const fixed = tree(() => ({ kind: 'static', widths: [2, 1, 1, 1, 1, 1, 1, 1] }));
const chosen = tree(() => ({
  kind: 'chosen',
  chooser: createAdaptiveTreeShape({ targetCosts: flat, draftCosts: free, maximumTokens: nodes }),
}));

const drafter = 'draft-model';
const atOne = { drafter, temperature: 1, draftLength: nodes };
const chains = { ...atOne, rule: 'block', create: chain };
await tokens.measure({ ...chains, name: 'chain 16', draws });
await tokens.measure({ ...atOne, name: 'sampled', rule: 'traversal', draws, create: sampled });
await tokens.measure({ ...chains, name: 'chain 5', rule: 'tokenwise', draftLength: 5 });
for (const length of [5, 8, 12])
  await tokens.measure({ ...chains, name: `chain ${length}`, draftLength: length });
await tokens.measure({ ...atOne, name: 'sampled', rule: 'recursive-rejection', create: sampled });
await tokens.measure({ ...atOne, name: 'chosen', rule: 'traversal', create: chosen });
await tokens.measure({ ...atOne, name: 'static 2,1,1,1,1,1,1,1', rule: 'traversal', create: fixed });
// On certain guesses no rule keeps more than this one.
await tokens.measure({ ...atOne, name: 'dynamic', rule: 'recursive-rejection', create: dynamic });
const greedy = { drafter, temperature: 0, draftLength: nodes, rule: 'recursive-rejection' };
await tokens.measure({ ...greedy, name: 'chain 16', create: chain, rule: 'tokenwise' });
await tokens.measure({ ...greedy, name: 'sampled', create: sampled });
await tokens.measure({ ...greedy, name: 'dynamic', create: dynamic });
await draft.close();
await target.close();

const rowOf = (name: string, rule: string): TokensRow =>
  tokens.rows.find((row) => row.temperature === 1 && row.name === name && row.rule === rule) as TokensRow;
await writeResult('tree-tokens', {
  seed,
  prompts: texts.length,
  maximumTokens,
  draws,
  rows: tokens.totals,
  treeOverChain: [1, 0].map((temperature) => tokens.treeOverChain(drafter, temperature)),
  blockOverTokenwise: tokens.ratio(rowOf('chain 5', 'block'), rowOf('chain 5', 'tokenwise')),
  traversalOverRecursiveRejection: tokens.ratio(
    rowOf('sampled', 'traversal'),
    rowOf('sampled', 'recursive-rejection'),
  ),
});
