import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  compareGreedy,
  createModelTreeDrafter,
  type DraftTreeKind,
  generateText,
  type LanguageModel,
} from '@foretoken/core';
import { drafterConformance } from '@foretoken/core/testing';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { onnxBackend } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// Trees on real engines: the target reads them and keeps a path, the draft model grows them, level by level or node by node.

const trees: readonly DraftTreeKind[] = [
  { kind: 'static', widths: [2, 2, 1, 1] },
  { kind: 'dynamic', nodes: 12, depth: 4, branching: 3 },
  { kind: 'sampled', nodes: 14 },
];
const prompts = ['export function add(', 'const names = users.map(', 'import { readFile } from '];
const draftLength = 14;
const maximumTokens = 40;

let cacheFolder: string;
beforeAll(async () => {
  cacheFolder = await mkdtemp(path.join(tmpdir(), 'foretoken-trees-'));
});
afterAll(() => rm(cacheFolder, { recursive: true }));

const engines: readonly (readonly [string, (file: string) => Promise<LanguageModel>])[] = [
  ['llama.cpp', (file) => llamacppBackend.loadModel(file, { threads: 1 })],
  ['ONNX Runtime', (file) => onnxBackend.loadModel(file, { cacheFolder, threads: 1 })],
];

describe.each(engines)('on %s', (engine, load) => {
  let target: LanguageModel;
  let draft: LanguageModel;
  beforeAll(async () => {
    target = await load(tinyModels.target);
    draft = await load(tinyModels.draft);
  });
  afterAll(async () => {
    await draft.close();
    await target.close();
  });

  test.each(trees)('greedy text with %o is the plain one, up to numerics', async (tree) => {
    const drafter = createModelTreeDrafter({ model: draft, target, tree });
    let [accepted, rounds, identical] = [0, 0, 0];
    for (const text of prompts) {
      const prompt = target.tokenizer.encode(text);
      const options = { target, prompt, sampling: { temperature: 0 }, maximumTokens, ignoreEndTokens: true };
      const plain = await generateText(options);
      const run = await generateText({ ...options, drafter, draftLength, rule: 'traversal' });
      accepted += run.counters.acceptedCount;
      rounds += run.counters.roundCount;
      const difference = await compareGreedy(target, prompt, plain.tokens, run.tokens, { trees: true });
      expect(difference?.cause ?? 'numerics').toBe('numerics');
      if (difference === undefined) identical += 1;
    }
    await drafter.close();
    console.log(
      `${engine}, ${JSON.stringify(tree)}: ${(accepted / rounds).toFixed(2)} accepted a round, ${identical} of ${prompts.length} texts identical`,
    );
    expect(accepted).toBeGreaterThan(rounds);
  });
});

// The laws that compare texts or drafts token by token are proven on the table model: see drafter-conformance.
const byToken = /stays in step|text is the plain one/;

test('on a real engine too, trees are drawn from what they report', async () => {
  const [, load] = engines[0] as (typeof engines)[number];
  const target = await load(tinyModels.target);
  const draft = await load(tinyModels.draft);
  const tree: DraftTreeKind = { kind: 'static', widths: [2, 2] };
  const laws = drafterConformance({
    target,
    createDrafter: () => createModelTreeDrafter({ model: draft, target, tree }),
    prompts: prompts.map((prompt) => target.tokenizer.encode(prompt)),
    proposals: 240,
    budget: { maximumTokens: 6, maximumLeaves: 4 },
  }).filter(({ name }) => !byToken.test(name));
  expect(laws).toHaveLength(4);
  for (const law of laws) await law.run();
  await draft.close();
  await target.close();
});
