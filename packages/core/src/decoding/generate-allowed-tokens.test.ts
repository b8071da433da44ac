import { expect, test, vi } from 'vitest';
import type { Drafter } from '../contract/drafter.js';
import { createForcedTokenDrafter } from '../drafting/forced-token-drafter.js';
import { createModelDrafter } from '../drafting/model-drafter.js';
import { createPromptLookupDrafter } from '../drafting/prompt-lookup-drafter.js';
import { generationError } from '../testing/enumerate-generation.js';
import { randomTable } from '../testing/random-table.js';
import { createSyntheticTreeDrafter } from '../testing/synthetic-tree-drafter.js';
import { createTableModel } from '../testing/table-model.js';

vi.mock('../sampling/draw.js', async (importOriginal) => {
  const { exploredDraws } = await import('../testing/explored-draws.js');
  return exploredDraws(await importOriginal());
});

// The whole loop under a mask, by enumeration: nothing is sampled, so nothing has a false-alarm probability.
const tolerance = 1e-12;
const vocabularySize = 3;
const prompt = [0, 1, 0];
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

test.each<[name: string, rule: string, create: () => Drafter]>([
  ['a draft model', 'tokenwise', () => createModelDrafter({ model: draft, target })],
  ['a draft model', 'block', () => createModelDrafter({ model: draft, target })],
  ['prompt lookup', 'block', () => createPromptLookupDrafter({ minimumMatch: 1, lengthFactor: 16 })],
  [
    'forced tokens, then a draft model',
    'block',
    () => createForcedTokenDrafter({ inner: createModelDrafter({ model: draft, target }) }),
  ],
])('the joint law under a mask is that of the constrained target: %s, %s', async (_, rule, create) => {
  expect(await error(create, rule)).toBeLessThan(tolerance);
});

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
