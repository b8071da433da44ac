import {
  createLogitsTransform,
  createNGramDrafter,
  createPromptLookupDrafter,
  createRequestRandom,
  type Draft,
  type Drafter,
  oneHot,
  type VerificationRule,
  verificationRules,
} from '@foretoken/core';
import { jointLaw, largestDifference, randomTable, resampleFromTarget } from '@foretoken/core/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { explore } from './explore.js';

// Enumerations: nothing is sampled, so nothing has a false-alarm probability.
const vocabularySize = 3;
const count = 4;
const prompt = [0, 1, 2, 0, 1, 0, 1, 2, 0, 1, 1, 2];
const law = randomTable(51, vocabularySize, 'smooth');
const exact = jointLaw(law, count);

/** The drafts after every beginning of an output, by its tokens; those of one drafter, asked in turn. */
type Drafts = ReadonlyMap<string, Draft>;

async function draftsOf(
  drafter: Drafter,
  maximumLeaves: number,
  independentSiblings = false,
): Promise<Drafts> {
  const drafts = new Map<string, Draft>();
  const transform = createLogitsTransform({}, vocabularySize);
  const open: number[][] = [[]];
  for (let output = open.shift(); output !== undefined; output = open.shift()) {
    const tokens = [...prompt, ...output];
    const draft = await drafter.propose(
      {
        tokens,
        transform,
        promptLength: prompt.length,
        random: createRequestRandom({ seed: 1 }).round(tokens.length),
        targetHiddenRows: undefined,
        shouldStop: undefined,
        signal: undefined,
      },
      { maximumTokens: 4, maximumLeaves, independentSiblings },
    );
    drafts.set(output.join(','), draft);
    if (output.length + 1 < count)
      for (let token = 0; token < vocabularySize; token++) open.push([...output, token]);
  }
  await drafter.close();
  return drafts;
}

/** The exact law of the first tokens of a decode loop with these drafts. */
function lawOf(rule: VerificationRule, drafts: Drafts): Map<string, number> {
  return explore((chance) => {
    const output: number[] = [];
    while (output.length < count) {
      const draft = drafts.get(output.join(',')) as Draft;
      const path = (node: number): number[] =>
        node < 0 ? [] : [...path(draft.parents[node] as number), draft.tokens[node] as number];
      const rows = [-1, ...draft.tokens.keys()].map((node) => law([...output, ...path(node)]));
      const outcome = rule.verify(draft, rows, {
        accept: (probability) => chance.accept(probability),
        draw: (weights) => chance.draw(weights),
      });
      const accepted = outcome.acceptedPath.map((node) => draft.tokens[node] as number);
      output.push(...accepted, outcome.nextToken);
    }
    return output.slice(0, count).join(',');
  });
}

const drafters: [name: string, create: () => Drafter][] = [
  ['prompt-lookup', () => createPromptLookupDrafter({ minimumMatch: 1, lengthFactor: 16 })],
  ['n-gram', () => createNGramDrafter()],
  ['n-gram of the last token', () => createNGramDrafter({ minimumMatch: 1, lengthFactor: 4 })],
  [
    'n-gram with corpora',
    () =>
      createNGramDrafter({
        minimumMatch: 1,
        corpora: [
          [1, 2, 2, 1, 0, 2],
          [2, 1, 0],
        ],
      }),
  ],
];

describe.each(drafters)('%s', (_, create) => {
  let chains: Drafts;
  let trees: Drafts;
  let independentTrees: Drafts;
  beforeAll(async () => {
    chains = await draftsOf(create(), 1);
    trees = await draftsOf(create(), 3);
    independentTrees = await draftsOf(create(), 3, true);
  });

  test.each([...verificationRules.values()])('keeps the joint law of the target under $name', (rule) => {
    expect([...chains.values()].some(({ tokens }) => tokens.length > 0)).toBe(true);
    expect(largestDifference(lawOf(rule, chains), exact)).toBeLessThan(1e-12);
    if (!rule.trees) return;
    const branched = rule.independentSiblings === true ? independentTrees : trees;
    expect(largestDifference(lawOf(rule, branched), exact)).toBeLessThan(1e-12);
  });

  test('shows a rule that draws the correction from the target', () => {
    expect(largestDifference(lawOf(resampleFromTarget, chains), exact)).toBeGreaterThan(1e-3);
  });

  test('would show a deterministic token that is reported as drawn at random', () => {
    const uniform = {
      tokens: undefined,
      probabilities: new Float64Array(vocabularySize).fill(1 / vocabularySize),
    };
    const wrong = new Map(
      [...chains].map(([key, draft]): [string, Draft] => [
        key,
        { ...draft, distributions: draft.tokens.map(() => uniform) },
      ]),
    );
    const tokenwise = verificationRules.get('tokenwise') as VerificationRule;
    expect(largestDifference(lawOf(tokenwise, wrong), exact)).toBeGreaterThan(1e-3);
  });

  test('reports one-hot distributions', () => {
    for (const { tokens, distributions } of [...chains.values(), ...trees.values()])
      expect(distributions).toEqual(tokens.map(oneHot));
  });
});

test('n-grams give trees where leaves are allowed', async () => {
  const trees = await draftsOf(createNGramDrafter({ minimumMatch: 1 }), 3);
  expect([...trees.values()].some(({ parents }) => new Set(parents).size < parents.length)).toBe(true);
});
