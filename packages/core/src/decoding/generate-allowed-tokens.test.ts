import { describe, expect, test, vi } from 'vitest';
import type { Drafter } from '../contract/drafter.js';
import { chainDraft } from '../drafting/chain-draft.js';
import { drafterFactories } from '../drafting/drafters.js';
import { createForcedTokenDrafter } from '../drafting/forced-token-drafter.js';
import { createModelDrafter } from '../drafting/model-drafter.js';
import { createStagedDrafter } from '../drafting/staged-drafter.js';
import { oneHot } from '../sampling/draw.js';
import { generationError } from '../testing/enumerate-generation.js';
import { randomTable } from '../testing/random-table.js';
import { createSyntheticTreeDrafter } from '../testing/synthetic-tree-drafter.js';
import { createTableHeads } from '../testing/table-heads.js';
import { createTableModel } from '../testing/table-model.js';
import { verificationRules } from '../verification/rules.js';
import { generateText } from './generate-text.js';

vi.mock('../sampling/draw.js', async (importOriginal) => {
  const { exploredDraws } = await import('../testing/explored-draws.js');
  return exploredDraws(await importOriginal());
});

// The whole loop under a mask, by enumeration: nothing is sampled, so nothing has a false-alarm probability.
const tolerance = 1e-12;
const vocabularySize = 3;
const prompt = [0, 1, 2, 0, 1, 0, 1, 2, 0, 1, 1, 2];
const count = 3;
const law = randomTable(1, vocabularySize, 'smooth');
const draftLaw = randomTable(2, vocabularySize, 'smooth');
const model = (table: typeof law) => createTableModel({ law: table, vocabularySize, maximumSequences: 16 });
const [target, draft] = [model(law), model(draftLaw)];
/** Two of three tokens at every position, which two depends on the token before and on the length of the output; one at the second. */
const allowedTokens = {
  mask(history: readonly number[]): Uint8Array {
    const length = history.length - prompt.length;
    const mask = new Uint8Array(vocabularySize).fill(1);
    mask[((history.at(-1) as number) + length) % vocabularySize] = 0;
    if (length === 1) mask[((history.at(-1) as number) + 2) % vocabularySize] = 0;
    return mask;
  },
};
const error = (createDrafter: () => Drafter, rule: string, draftLength = 2): Promise<number> =>
  generationError({
    target,
    law,
    prompt,
    count,
    createDrafter,
    rule,
    draftLength,
    sampling: { allowedTokens },
  });

const heads = createTableHeads(vocabularySize);
const drafters: readonly (readonly [name: string, create: () => Drafter])[] = [
  ...[...drafterFactories].map(
    ([name, factory]) => [name, () => factory.create({ target, draft, heads })] as const,
  ),
  [
    'forced tokens, then a draft model',
    () => createForcedTokenDrafter({ inner: createModelDrafter({ model: draft, target }) }),
  ],
];

test.each(drafters)('%s drafts here', async (_, create) => {
  let drafted = 0;
  for (let seed = 0; seed < 10; seed++) {
    const drafter = create();
    const shared = { target, drafter, prompt, sampling: { allowedTokens }, draftLength: 2 };
    const { counters } = await generateText({ ...shared, maximumTokens: count, seed });
    await drafter.close();
    drafted += counters.draftedCount;
  }
  expect(drafted).toBeGreaterThan(0);
});

describe.each([...verificationRules.keys()])(
  'the joint law under a mask is that of the constrained target, %s',
  (rule) => {
    test.each(drafters)('%s', async (_, create) => {
      expect(await error(create, rule)).toBeLessThan(tolerance);
    });
  },
);

test.each(['recursive-rejection', 'traversal'])(
  'the joint law under a mask is that of the constrained target: a tree that knows no mask, %s',
  async (rule) => {
    const tree = () => createSyntheticTreeDrafter({ law: draftLaw, vocabularySize, widths: [2, 1] });
    expect(await error(tree, rule, 4)).toBeLessThan(tolerance);
  },
);

test('the control: a drafter that reports what it drew without the mask is seen', async () => {
  const wrong = (): Drafter => {
    const inner = createModelDrafter({ model: draft, target });
    return {
      name: 'wrong',
      propose: async (context, budget) => {
        const drafted = await inner.propose(context, budget);
        const distributions = drafted.tokens.map((_, node) =>
          draftLaw([...context.tokens, ...drafted.tokens.slice(0, node)]),
        );
        return { ...drafted, distributions };
      },
      observe: (outcome) => inner.observe(outcome),
      close: () => inner.close(),
    };
  };
  expect(await error(wrong, 'tokenwise')).toBeGreaterThan(1e-3);
});

// Was wrong: rows behind a forbidden guess were masked too, and a mask with nothing for them ended the generation.
test.each([0, 1])(
  'a mask is asked about texts that it allows alone, at temperature %i',
  async (temperature) => {
    const choices = [
      [1, 2, 0],
      [1, 0, 0],
    ];
    const strict = {
      mask(history: readonly number[]): Uint8Array {
        const written = history.slice(prompt.length);
        const left = choices.filter((choice) => written.every((token, at) => token === choice[at]));
        if (left.length === 0) throw new Error(`${written.join(' ')} is none of the choices`);
        const mask = new Uint8Array(vocabularySize);
        for (const choice of left) mask[choice[written.length] as number] = 1;
        return mask;
      },
    };
    // Knows no mask, and is right about nothing.
    const wrong: Drafter = {
      name: 'wrong',
      propose: async (_, { maximumTokens }) => {
        const guesses = [2, 2].slice(0, maximumTokens);
        return chainDraft('wrong', guesses, guesses.map(oneHot));
      },
      observe() {},
      async close() {},
    };
    const inner = createStagedDrafter({ model: draft, target, drafter: wrong });
    for (const drafter of [wrong, inner]) {
      const sampling = { allowedTokens: strict, temperature };
      const run = { target, drafter, prompt, sampling, draftLength: 2, ignoreEndTokens: true };
      const { tokens, counters } = await generateText({ ...run, maximumTokens: 3 });
      expect(choices).toContainEqual(tokens);
      expect(counters.draftedCount).toBeGreaterThan(0);
    }
  },
);
