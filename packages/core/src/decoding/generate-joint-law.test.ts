import { describe, expect, test } from 'vitest';
import type { Drafter } from '../contract/drafter.js';
import { createEagleDrafter } from '../drafting/heads/eagle-drafter.js';
import { createMlpSpeculatorDrafter } from '../drafting/heads/mlp-speculator-drafter.js';
import { createInputCopyDrafter } from '../drafting/input-copy-drafter.js';
import { createModelDrafter } from '../drafting/model-drafter.js';
import { createPromptLookupDrafter } from '../drafting/prompt-lookup-drafter.js';
import { jointLaw, type TableLaw } from '../testing/enumerate-joint-law.js';
import { randomTable } from '../testing/random-table.js';
import { createSyntheticTreeDrafter } from '../testing/synthetic-tree-drafter.js';
import { createTableHead } from '../testing/table-head.js';
import { createTableModel } from '../testing/table-model.js';
import { resampleFromTarget } from '../testing/wrong-rules.js';
import { verificationRules } from '../verification/rules.js';
import type { GenerateOptions } from './generate-options.js';
import { generateText } from './generate-text.js';

const vocabularySize = 3;
/** A law that looks at the last four tokens, so that long texts need no endless table. */
function shortMemory(seed: number): TableLaw {
  const table = randomTable(seed, vocabularySize, 'smooth');
  return (history) => table(history.slice(-4));
}
const target = createTableModel({ law: shortMemory(1), vocabularySize });
const draft = createTableModel({ law: shortMemory(2), vocabularySize });
/** A window of four tokens, of the five of the prompt and those after it. */
const windowed = createTableModel({
  law: randomTable(2, vocabularySize, 'smooth'),
  vocabularySize,
  contextLength: 8,
});
const eagle = createTableHead({ seed: 1, vocabularySize, attends: true });
const mlpSpeculator = createTableHead({ seed: 2, vocabularySize, attends: false, maximumSteps: 4 });
const drafters: readonly (readonly [name: string, create: () => Drafter])[] = [
  ['draft model', () => createModelDrafter({ model: draft, target })],
  ['draft model that reads the end of the text alone', () => createModelDrafter({ model: windowed, target })],
  ['prompt lookup', () => createPromptLookupDrafter({ minimumMatch: 1, lengthFactor: 16 })],
  ['copy of the input', () => createInputCopyDrafter()],
  ['EAGLE head', () => createEagleDrafter({ head: eagle, target })],
  ['MLP speculator', () => createMlpSpeculatorDrafter({ head: mlpSpeculator, target })],
];
const prompt = [0, 1, 2, 0, 1];
const draws = 6000;

// 27 cells, 26 degrees of freedom: chi-square exceeds this with probability 1e-8 under the target law. The seeds are fixed.
const limit = 88;

/** Chi-square of the first three tokens of as many generations as seeds against the target law; draft tokens accepted. */
async function compare(options: Omit<GenerateOptions, 'target' | 'prompt' | 'seed'>) {
  const exact = jointLaw((history) => shortMemory(1)([...prompt, ...history]), 3);
  const counts = new Map<string, number>();
  let accepted = 0;
  for (let seed = 0; seed < draws; seed++) {
    const { tokens, counters } = await generateText({ ...options, target, prompt, seed });
    const key = tokens.slice(0, 3).join(',');
    counts.set(key, (counts.get(key) ?? 0) + 1);
    accepted += counters.acceptedCount;
  }
  let statistic = 0;
  for (const [key, probability] of exact) {
    statistic += ((counts.get(key) ?? 0) - draws * probability) ** 2 / (draws * probability);
  }
  return { statistic, accepted };
}

// These drafters make chains, which the other rules decide as one of these does (tree-rules.test.ts).
const chainRules = [...verificationRules.values()].filter(({ onChains }) => onChains === undefined);
describe.each(chainRules.map(({ name }) => name))(
  'under %s the joint law of three tokens is the target law',
  (rule) => {
    test.each(drafters)('with a %s', async (_, createDrafter) => {
      const drafter = createDrafter();
      const { statistic } = await compare({ drafter, rule, draftLength: 2, maximumTokens: 3 });
      expect(statistic).toBeLessThan(limit);
      await drafter.close();
    });
  },
);

const treeRules = [...verificationRules.values()].filter(({ trees }) => trees);
test.each(treeRules)(
  'under $name the joint law of three tokens is the target law, with trees',
  async ({ name }) => {
    // Two children with two children each; six tokens leave room for a tree of five nodes.
    const drafter = createSyntheticTreeDrafter({ law: shortMemory(2), vocabularySize, widths: [2, 2] });
    const options = { drafter, rule: name, draftLength: 6, maximumTokens: 6 };
    const { statistic, accepted } = await compare(options);
    expect(statistic).toBeLessThan(limit);
    expect(accepted).toBeGreaterThan(draws);
  },
);

test('the control: a correction from the target instead of the residual is seen', async () => {
  const drafter = createModelDrafter({ model: draft, target });
  const options = { drafter, rule: resampleFromTarget, draftLength: 2, maximumTokens: 3 };
  expect((await compare(options)).statistic).toBeGreaterThan(limit);
  await drafter.close();
});
