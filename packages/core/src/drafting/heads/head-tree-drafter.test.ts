import { expect, test, vi } from 'vitest';
import type { Drafter } from '../../contract/drafter.js';
import { generationError } from '../../testing/enumerate-generation.js';
import { randomTable } from '../../testing/random-table.js';
import { createTableHead } from '../../testing/table-head.js';
import { createTableModel } from '../../testing/table-model.js';
import { verificationRules } from '../../verification/rules.js';
import type { DraftTreeKind } from '../tree/tree-growth.js';
import { createEagleDrafter } from './eagle-drafter.js';

vi.mock('../../sampling/draw.js', async (importOriginal) => {
  const { exploredDraws } = await import('../../testing/explored-draws.js');
  return exploredDraws(await importOriginal());
});

// Proofs by enumeration: nothing is sampled, so nothing has a false-alarm probability. The tables' seeds are fixed.
const tolerance = 1e-12;
const visible = 1e-3;
const vocabularySize = 3;
const law = randomTable(1, vocabularySize, 'smooth');
const target = createTableModel({ law, vocabularySize, maximumSequences: 16 });
const head = createTableHead({ seed: 4, vocabularySize, attends: true, maximumPassEntries: 16 });
const shared = { target, law, prompt: [0, 1, 0], count: 3, draftLength: 4 };
const treeRules = [...verificationRules.values()].filter(({ trees }) => trees).map(({ name }) => name);
const trees: readonly DraftTreeKind[] = [
  { kind: 'static', widths: [2, 1] },
  { kind: 'static', widths: [1, 2] },
  { kind: 'dynamic', nodes: 4, depth: 2, branching: 2 },
  { kind: 'sampled', nodes: 3 },
];

const eagle = (tree: DraftTreeKind) => createEagleDrafter({ head, target, tree });

test.each(treeRules.flatMap((rule) => trees.map((tree) => ({ rule, tree }))))(
  'the joint law of several rounds is the target law: $rule, $tree',
  async ({ rule, tree }) => {
    const createDrafter = () => eagle(tree);
    expect(await generationError({ ...shared, createDrafter, rule })).toBeLessThan(tolerance);
  },
);

test('and is not where a second sibling reports the distribution before the first was removed', async () => {
  const stale = (): Drafter => {
    const drafter = eagle({ kind: 'static', widths: [2, 1] });
    return {
      name: drafter.name,
      needsHiddenStates: true,
      readHiddenStates: drafter.readHiddenStates,
      async propose(context, budget) {
        const draft = await drafter.propose(context, budget);
        const distributions = draft.parents.map(
          (parent, node) => draft.distributions[draft.parents.indexOf(parent)] ?? draft.distributions[node],
        ) as typeof draft.distributions;
        return { ...draft, distributions };
      },
      observe: (outcome) => drafter.observe(outcome),
      close: () => drafter.close(),
    };
  };
  const options = { ...shared, createDrafter: stale, rule: 'recursive-rejection' };
  expect(await generationError(options)).toBeGreaterThan(visible);
});
