/**
 * Tokens committed per target pass by chains and by trees of at most 16 nodes, of the embedded draft model on the embedded
 * target, on both engines: 64 prompts of 128 tokens of application code, 128 tokens each, at temperature 1 and greedy.
 * Counts, no times. What the comparisons at temperature 1 need is drawn twice.
 *
 * Run: npx tsx bench/tree-tokens.ts (after npm run build). One engine: --backend llamacpp, 10 minutes; --backend onnx,
 * longer. Fewer prompts: --prompts 16. The heads' trees: bench/head-tree-tokens.ts.
 */
import {
  type Backend,
  createAdaptiveTreeShape,
  createModelDrafter,
  createModelTreeDrafter,
  type Drafter,
  type DraftTreeKind,
  type LanguageModel,
} from '@foretoken/core';
import { tinyModels } from '@foretoken/tiny-models';
import {
  measureTokensPerPass,
  threads,
  type TokensRow,
  type TokensSetup,
  treeOverChain,
} from './support/tokens-per-pass.js';

const nodes = 16;
const draws = 2;
const drafter = 'draft-model';

/** Passes that cost the same for 1 to 17 tokens, and drafting that costs nothing: only tokens per pass count. */
const flat = { lengths: [1, nodes + 1, nodes + 2, 64], milliseconds: [1, 1, 1000, 1000] };
const free = { lengths: [1, 64], milliseconds: [1e-9, 1e-9] };

async function* setups(backend: Backend, target: LanguageModel): AsyncIterable<TokensSetup> {
  const draft = await backend.loadModel(tinyModels.draft, { threads });
  const chain = (): Drafter => createModelDrafter({ model: draft, target });
  const tree = (kind: () => DraftTreeKind) => (): Drafter =>
    createModelTreeDrafter({ model: draft, target, tree: kind() });
  const sampled = tree(() => ({ kind: 'sampled', nodes }));
  const dynamic = tree(() => ({ kind: 'dynamic', nodes, depth: 8 }));
  const fixed = tree(() => ({ kind: 'static', widths: [2, 1, 1, 1, 1, 1, 1, 1] }));
  const chosen = tree(() => ({
    kind: 'chosen',
    chooser: createAdaptiveTreeShape({ targetCosts: flat, draftCosts: free, maximumTokens: nodes }),
  }));

  const atOne = { drafter, temperature: 1, draftLength: nodes };
  const chains = { ...atOne, rule: 'block', create: chain };
  yield { ...chains, name: 'chain 16', draws };
  yield { ...atOne, name: 'sampled', rule: 'traversal', draws, create: sampled };
  yield { ...chains, name: 'chain 5', rule: 'tokenwise', draftLength: 5, draws };
  yield { ...chains, name: 'chain 5', draftLength: 5, draws };
  for (const length of [8, 12]) yield { ...chains, name: `chain ${length}`, draftLength: length };
  yield { ...atOne, name: 'sampled', rule: 'recursive-rejection', create: sampled };
  const greedy = { drafter, temperature: 0, draftLength: nodes, rule: 'recursive-rejection' };
  yield { ...greedy, name: 'chain 16', create: chain, rule: 'tokenwise' };
  yield { ...greedy, name: 'sampled', create: sampled };
  yield { ...atOne, name: 'chosen', rule: 'traversal', create: chosen };
  yield { ...atOne, name: 'static 2,1,1,1,1,1,1,1', rule: 'traversal', create: fixed };
  // On certain guesses no rule keeps more than this one.
  yield { ...atOne, name: 'dynamic', rule: 'recursive-rejection', create: dynamic };
  yield { ...greedy, name: 'dynamic', create: dynamic };
  await draft.close();
}

await measureTokensPerPass({
  name: 'tree-tokens',
  // The growth's constants were fitted to trees after other texts, with other seeds.
  seed: 20261129,
  maximumTokens: 128,
  setups,
  compare(rows) {
    const find = (name: string, rule: string): TokensRow | undefined =>
      rows.find((row) => row.temperature === 1 && row.name === name && row.rule === rule);
    return [
      treeOverChain(rows, drafter, 1),
      treeOverChain(rows, drafter, 0),
      {
        title: 'block over tokenwise, chains of 5, T=1',
        candidate: find('chain 5', 'block'),
        baseline: find('chain 5', 'tokenwise'),
      },
      {
        title: 'traversal over recursive rejection, sampled trees, T=1',
        candidate: find('sampled', 'traversal'),
        baseline: find('sampled', 'recursive-rejection'),
      },
    ];
  },
});
