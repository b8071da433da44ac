/**
 * Tokens committed per target pass by chains and by trees of at most 16 nodes, of the embedded draft model and of the EAGLE
 * and HASS heads on the embedded target: 64 prompts of 128 tokens of application code, 128 tokens each, at temperature 1
 * and greedy. Counts, no times, so the number of threads changes nothing. What is compared at temperature 1, the longest
 * chain and the sampled tree, is drawn twice. Run: npx tsx bench/tree-tokens.ts (after npm run build; half an hour).
 */
import { readFile } from 'node:fs/promises';
import {
  createAdaptiveTreeShape,
  createEagleDrafter,
  createModelDrafter,
  createModelTreeDrafter,
  createRequestRandom,
  type Drafter,
  type DraftTreeKind,
  encodePrompt,
  generateText,
} from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { loadHead } from '@foretoken/onnx-backend';
import { bootstrapRatio, hodgesLehmannRatio } from '@foretoken/stats';
import { tinyHeads, tinyModels } from '@foretoken/tiny-models';
import { writeResult } from './support/write-result.js';

const nodes = 16;
const promptLength = 128;
const maximumTokens = 128;
/** Not that of the trees which the growth's constants were fitted to; those grew after other texts, too. */
const seed = 20261129;
const threads = 1;
/** Draws of what is compared at temperature 1. */
const repetitions = 2;

const target = await llamacppBackend.loadModel(tinyModels.target, { threads });
const draft = await llamacppBackend.loadModel(tinyModels.draft, { threads });
const file = new URL('prompts/application-code.txt', import.meta.url);
const texts = (await readFile(file, 'utf8')).trimEnd().split('\n---\n');
const prompts = texts.map((text) => encodePrompt(target.tokenizer, text).slice(0, promptLength));

/** Passes that cost the same for 1 to 17 tokens, and drafting that costs nothing: only tokens per pass count. */
const flat = { lengths: [1, nodes + 1, nodes + 2, 64], milliseconds: [1, 1, 1000, 1000] };
const free = { lengths: [1, 64], milliseconds: [1e-9, 1e-9] };
const sampled = { kind: 'sampled', nodes } as const;
const dynamic = { kind: 'dynamic', nodes, depth: 8 } as const;
const wide = { kind: 'static', widths: [2, 1, 1, 1, 1, 1, 1, 1] } as const;
const chosen = (): DraftTreeKind => ({
  kind: 'chosen',
  chooser: createAdaptiveTreeShape({ targetCosts: flat, draftCosts: free, maximumTokens: nodes }),
});

interface Row {
  readonly drafter: string;
  readonly temperature: number;
  readonly name: string;
  readonly rule: string;
  readonly tokensPerPass: number;
  /** Passes per token: the time that a prompt takes where only passes count. */
  readonly byPrompt: readonly number[];
}

interface Setup {
  readonly drafter: string;
  readonly temperature: number;
  readonly name: string;
  readonly rule: string;
  readonly draftLength?: number;
  readonly draws?: number;
  readonly create: () => Drafter;
}

const rows: Row[] = [];

async function measure(setup: Setup): Promise<void> {
  const { drafter: of, temperature, name, rule, draftLength = nodes, draws = 1, create } = setup;
  const committed = new Array<number>(prompts.length).fill(0);
  const rounds = new Array<number>(prompts.length).fill(0);
  for (let request = 0; request < draws * prompts.length; request++) {
    const place = request % prompts.length;
    const drafter = create();
    const { counters } = await generateText({
      target,
      drafter,
      prompt: prompts[place] as number[],
      sampling: { temperature },
      rule,
      draftLength,
      maximumTokens,
      seed,
      request,
      ignoreEndTokens: true,
    });
    await drafter.close();
    committed[place] = (committed[place] as number) + counters.committedCount;
    rounds[place] = (rounds[place] as number) + counters.roundCount;
  }
  const tokensPerPass = sum(committed) / sum(rounds);
  const byPrompt = rounds.map((count, place) => count / (committed[place] as number));
  rows.push({ drafter: of, temperature, name, rule, tokensPerPass, byPrompt });
  console.log(of, `T=${temperature}`, name, rule, tokensPerPass.toFixed(3));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Chains up to the longest, with the best rule for them. */
async function measureChains(
  drafter: string,
  temperature: number,
  lengths: readonly number[],
  create: () => Drafter,
): Promise<void> {
  const rule = temperature === 0 ? 'tokenwise' : 'block';
  for (const length of lengths) {
    const draws = temperature > 0 && length === nodes ? repetitions : 1;
    await measure({
      drafter,
      temperature,
      name: `chain ${length}`,
      rule,
      draftLength: length,
      draws,
      create,
    });
  }
}

/** Sampled trees, which are certain guesses where the temperature is 0, and on those no rule keeps more than another. */
async function measureSampled(drafter: string, temperature: number, create: () => Drafter): Promise<void> {
  const tree = { drafter, temperature, name: 'sampled', create };
  if (temperature === 0) await measure({ ...tree, rule: 'recursive-rejection' });
  else await measure({ ...tree, rule: 'traversal', draws: repetitions });
}

const chain = (): Drafter => createModelDrafter({ model: draft, target });
const tree = (kind: () => DraftTreeKind) => (): Drafter =>
  createModelTreeDrafter({ model: draft, target, tree: kind() });
const ofDraftModel = { drafter: 'draft-model' } as const;
await measureChains('draft-model', 1, [8, nodes], chain);
await measureSampled(
  'draft-model',
  1,
  tree(() => sampled),
);
for (const [name, source] of Object.entries(tinyHeads)) {
  const head = await loadHead(source, { target: tinyModels.target, threads });
  // The MLP speculator drafts chains only.
  if (head.attends) {
    for (const temperature of [1, 0]) {
      await measureChains(name, temperature, [nodes], () => createEagleDrafter({ head, target }));
      await measureSampled(name, temperature, () => createEagleDrafter({ head, target, tree: sampled }));
    }
  }
  await head.close();
}
await measureChains('draft-model', 0, [nodes], chain);
await measureSampled(
  'draft-model',
  0,
  tree(() => sampled),
);
for (const temperature of [1, 0]) {
  const create = tree(() => dynamic);
  await measure({ ...ofDraftModel, temperature, name: 'dynamic', rule: 'recursive-rejection', create });
}
for (const rule of ['tokenwise', 'block']) {
  await measure({ ...ofDraftModel, temperature: 1, name: 'chain 5', rule, draftLength: 5, create: chain });
}
const rest = { ...ofDraftModel, temperature: 1 } as const;
await measure({ ...rest, name: 'sampled', rule: 'recursive-rejection', create: tree(() => sampled) });
await measure({ ...rest, name: 'static 2,1,1,1,1,1,1,1', rule: 'traversal', create: tree(() => wide) });
await measure({ ...rest, name: 'chosen', rule: 'traversal', create: tree(chosen) });
await draft.close();
await target.close();

const best = (among: readonly Row[]): Row =>
  among.reduce((left, right) => (right.tokensPerPass > left.tokensPerPass ? right : left));
const rowOf = (name: string, rule: string): Row =>
  rows.find((row) => row.temperature === 1 && row.name === name && row.rule === rule) as Row;
const keyed = createRequestRandom({ seed }).round(0);
let resampled = 0;
/** Tokens per pass of one over those of another, with intervals over prompts. */
const ratio = (candidate: Row, baseline: Row) => {
  const passes = { baseline: baseline.byPrompt, candidate: candidate.byPrompt };
  return {
    candidate: `${candidate.name}, ${candidate.rule}`,
    baseline: `${baseline.name}, ${baseline.rule}`,
    ofTotals: bootstrapRatio(passes, { random: () => keyed.uniform('sample', 0, 0, resampled++) }),
    byPrompt: hodgesLehmannRatio(passes),
  };
};
const treeOverChain = [1, 0].flatMap((temperature) =>
  ['draft-model', 'eagle', 'hass'].map((drafter) => {
    const own = rows.filter((row) => row.drafter === drafter && row.temperature === temperature);
    const bestTree = best(own.filter(({ name }) => !name.startsWith('chain')));
    const bestChain = best(own.filter(({ name }) => name.startsWith('chain')));
    return { drafter, temperature, ...ratio(bestTree, bestChain) };
  }),
);
for (const { drafter, temperature, candidate, baseline, ofTotals } of treeOverChain) {
  const { estimate, lower, upper } = ofTotals;
  const interval = [estimate, lower, upper].map((value) => value.toFixed(3)).join(' ');
  console.log(`${drafter} T=${temperature}: ${candidate} over ${baseline}: ${interval}`);
}
await writeResult('tree-tokens', {
  seed,
  prompts: prompts.length,
  maximumTokens,
  repetitions,
  rows: rows.map(({ byPrompt: _, ...row }) => row),
  treeOverChain,
  blockOverTokenwise: ratio(rowOf('chain 5', 'block'), rowOf('chain 5', 'tokenwise')),
  traversalOverRecursiveRejection: ratio(
    rowOf('sampled', 'traversal'),
    rowOf('sampled', 'recursive-rejection'),
  ),
});
