import { describe, expect, test } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { Drafter } from '../contract/drafter.js';
import { createEagleDrafter } from '../drafting/heads/eagle-drafter.js';
import { createMlpSpeculatorDrafter } from '../drafting/heads/mlp-speculator-drafter.js';
import { createModelDrafter } from '../drafting/model-drafter.js';
import { createPromptLookupDrafter } from '../drafting/prompt-lookup-drafter.js';
import { createRequestRandom } from '../random/request-random.js';
import { drawToken, oneHot, probabilityOf } from '../sampling/draw.js';
import { drafterConformance, type DrafterConformanceOptions } from './drafter-conformance.js';
import type { TableLaw } from './enumerate-joint-law.js';
import { randomTable } from './random-table.js';
import { createSyntheticDrafter } from './synthetic-drafter.js';
import { createTableHead } from './table-head.js';
import { createTableModel } from './table-model.js';

const vocabularySize = 4;
function shortMemory(seed: number): TableLaw {
  const table = randomTable(seed, vocabularySize, 'smooth');
  return (history) => table(history.slice(-4));
}
const target = createTableModel({ law: shortMemory(1), vocabularySize, maximumSequences: 16 });
const draftModel = createTableModel({ law: shortMemory(2), vocabularySize, maximumSequences: 16 });
const eagle = createTableHead({ seed: 1, vocabularySize, attends: true });
const mlpSpeculator = createTableHead({ seed: 2, vocabularySize, attends: false, maximumSteps: 4 });
const prompts = [
  [0, 1, 2, 3, 0, 1],
  [2, 2, 1, 0, 3, 2, 2],
  [3, 1, 3, 1, 3],
];

describe.each<[name: string, options: Omit<DrafterConformanceOptions, 'target' | 'prompts'>]>([
  ['the model drafter', { createDrafter: () => createModelDrafter({ model: draftModel, target }) }],
  [
    'the synthetic drafter',
    {
      createDrafter: () =>
        createSyntheticDrafter({ law: shortMemory(1), vocabularySize, acceptance: () => 0.7 }),
    },
  ],
  ['prompt lookup', { createDrafter: () => createPromptLookupDrafter({ minimumMatch: 1 }) }],
  ['an EAGLE head', { createDrafter: () => createEagleDrafter({ head: eagle, target }) }],
  ['an MLP speculator', { createDrafter: () => createMlpSpeculatorDrafter({ head: mlpSpeculator, target }) }],
])('%s conforms', (_, options) => {
  for (const { name, run } of drafterConformance({ ...options, target, prompts })) test(name, run);
});

/** A drafter by a table, in parts that the faults below replace. */
interface Parts {
  readonly drawn: (law: Distribution, context: DraftContext) => Distribution;
  readonly reported: (law: Distribution, drawn: Distribution, token: number) => Distribution;
  readonly uniform: (context: DraftContext, node: number) => number;
  /** The history that the transformation sees at a node. */
  readonly history: (tokens: readonly number[], drafted: readonly number[]) => readonly number[];
  readonly drops: (probability: number) => boolean;
  readonly length: (maximumTokens: number) => number;
}

const law = shortMemory(2);
const sound: Parts = {
  drawn: (distribution) => distribution,
  reported: (_, drawn) => drawn,
  uniform: (context, node) => context.random.uniform('draft', 0, node, 0),
  history: (tokens, drafted) => [...tokens, ...drafted],
  drops: () => false,
  length: (maximumTokens) => maximumTokens,
};

function tableDrafter(faults: Partial<Parts>): Drafter {
  const parts = { ...sound, ...faults };
  return {
    name: 'table',
    async propose(context, { maximumTokens }) {
      const transform = context.transform.clone();
      const tokens: number[] = [];
      const distributions: Distribution[] = [];
      for (let node = 0; node < parts.length(maximumTokens); node++) {
        const history = parts.history(context.tokens, tokens);
        const logits = Float32Array.from(law([...context.tokens, ...tokens]).probabilities, Math.log);
        const distribution = transform.apply(logits, history, node);
        const drawn = parts.drawn(distribution, context);
        const token = drawToken(drawn, parts.uniform(context, node));
        if (parts.drops(probabilityOf(drawn, token))) break;
        tokens.push(token);
        distributions.push(parts.reported(distribution, drawn, token));
      }
      const parents = tokens.map((_, node) => node - 1);
      return { tokens, parents, distributions, drafters: tokens.map(() => 'table') };
    },
    observe() {},
    async close() {},
  };
}

const honest = 'every token is drawn from the distribution that is reported for it';

async function failuresOf(createDrafter: () => Drafter): Promise<string[]> {
  const failures: string[] = [];
  for (const { name, run } of drafterConformance({ target, prompts, createDrafter }))
    await run().catch(() => failures.push(name));
  return failures;
}

describe('the law of honest distributions', () => {
  test('holds for the drafter that the faults are put into', async () => {
    expect(await failuresOf(() => tableDrafter({}))).not.toContain(honest);
  });

  test('holds for a soft draft reported as one-hot: it only accepts less', async () => {
    const oneHots = () => tableDrafter({ reported: (_, __, token) => oneHot(token) });
    expect(await failuresOf(oneHots)).not.toContain(honest);
  });

  test.each<[fault: string, parts: Partial<Parts>]>([
    [
      'a greedy draft with soft probabilities',
      { drawn: (soft) => oneHot(best(soft)), reported: (soft) => soft },
    ],
    [
      'a draft of another temperature than it reports',
      { drawn: (soft) => sharpened(soft), reported: (soft) => soft },
    ],
    [
      'a truncated draft with the probabilities before truncation',
      { drawn: (soft) => withoutLeast(soft), reported: (soft) => soft },
    ],
    ['one random number for all nodes', { uniform: ({ random }) => random.uniform('draft', 0, 0, 0) }],
    ['a dropped token of low probability', { drops: (probability) => probability < 0.2 }],
  ])('finds %s', async (_, parts) => {
    expect(await failuresOf(() => tableDrafter(parts))).toContain(honest);
  });
});

test('the law of honest distributions finds randomness keyed by the absolute position', async () => {
  // A new seed for every request, and the suite has two rounds a request: only the rounds' draws are tied.
  const keyed = (): Drafter => {
    let rounds = 0;
    let seed = 0;
    return tableDrafter({
      uniform: ({ tokens }, node) => {
        if (node === 0) seed = rounds++ >> 1;
        return createRequestRandom({ seed })
          .round(tokens.length + node)
          .uniform('draft', 0, 0, 0);
      },
    });
  };
  expect(await failuresOf(keyed)).toContain(honest);
});

test('the law of budgets finds a drafter that takes one token more', async () => {
  const greedy = () => tableDrafter({ length: (maximumTokens) => maximumTokens + 1 });
  expect(await failuresOf(greedy)).toContain('drafts are sound and keep the budget');
});

test('the law of stopping finds a drafter that never asks', async () => {
  expect(await failuresOf(() => tableDrafter({}))).toContain(
    'it stops when told to, and keeps the token it stopped at',
  );
});

test('the law of closing finds a drafter that goes on', async () => {
  expect(await failuresOf(() => tableDrafter({}))).toContain('it can be cancelled and closed');
});

test('the law of being in step finds a drafter that counts calls instead of comparing tokens', async () => {
  let calls = 0;
  const counting = () => {
    const drafter = tableDrafter({});
    return {
      ...drafter,
      propose: (context: DraftContext, budget: Parameters<Drafter['propose']>[1]) =>
        drafter.propose({ ...context, tokens: context.tokens.slice(calls++ % 2) }, budget),
    };
  };
  expect(await failuresOf(counting)).toContain('it stays in step whatever was committed');
});

describe('the synthetic drafter', () => {
  test.each([0.3, 0.6, 0.9, 1])('is accepted with probability %f at every position', async (wanted) => {
    const drafter = createSyntheticDrafter({ law: shortMemory(1), vocabularySize, acceptance: () => wanted });
    const random = createRequestRandom({ seed: 3 });
    const transform = { vocabularySize, greedy: false } as DraftContext['transform'];
    for (const tokens of prompts) {
      const draft = await drafter.propose(
        {
          tokens,
          transform,
          promptLength: 0,
          random: random.round(tokens.length),
          targetHiddenRows: undefined,
          shouldStop: undefined,
          signal: undefined,
        },
        { maximumTokens: 4, maximumLeaves: 1 },
      );
      for (const [node, { probabilities }] of draft.distributions.entries()) {
        const expected = shortMemory(1)([...tokens, ...draft.tokens.slice(0, node)]).probabilities;
        const accepted = expected.reduce(
          (sum, probability, token) => sum + Math.min(probability, probabilities[token] as number),
          0,
        );
        expect(accepted).toBeCloseTo(Math.max(wanted, Math.min(...expected)), 12);
      }
    }
  });
});

function best({ probabilities }: Distribution): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

function sharpened({ tokens, probabilities }: Distribution): Distribution {
  return normalized(
    tokens,
    probabilities.map((probability) => probability ** 1.5),
  );
}

function withoutLeast({ tokens, probabilities }: Distribution): Distribution {
  const least = probabilities.indexOf(Math.min(...probabilities));
  if (probabilities.length < 2) return { tokens, probabilities };
  return normalized(
    tokens,
    probabilities.map((probability, index) => (index === least ? 0 : probability)),
  );
}

function normalized(tokens: Int32Array | undefined, weights: Float64Array): Distribution {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { tokens, probabilities: weights.map((weight) => weight / sum) };
}
