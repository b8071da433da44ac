import { describe, expect, test } from 'vitest';
import type { Draft } from '../contract/draft.js';
import type { ForwardRequest } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import { generateText } from '../decoding/generate-text.js';
import { createRequestRandom } from '../random/request-random.js';
import { createLogitsTransform } from '../sampling/create-logits-transform.js';
import { treePassLengths } from '../scheduling/tree-pass-lengths.js';
import { createStaticShape, type TreeShapeChooser } from '../scheduling/tree-shape-chooser.js';
import { jointLaw, type TableLaw } from '../testing/enumerate-joint-law.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import { verificationRules } from '../verification/rules.js';
import { createModelTreeDrafter } from './model-tree-drafter.js';
import type { DraftTreeKind } from './tree/tree-growth.js';

const vocabularySize = 5;
function shortMemory(seed: number): TableLaw {
  const table = randomTable(seed, vocabularySize, 'smooth');
  return (history) => table(history.slice(-4));
}
const targetLaw = shortMemory(1);
const unlike = shortMemory(2);
/** Half the target's law: right often enough, and wrong too. */
const draftLaw: TableLaw = (history) => {
  const other = unlike(history).probabilities;
  const probabilities = targetLaw(history).probabilities.map(
    (value, token) => (value + (other[token] as number)) / 2,
  );
  return { tokens: undefined, probabilities };
};
const target = createTableModel({ law: targetLaw, vocabularySize, maximumSequences: 16 });
const prompt = [0, 1, 2, 3, 4];
const treeRules = [...verificationRules.values()].filter(({ trees }) => trees).map(({ name }) => name);

/** A draft model, and the requests of all its passes. */
function recordedModel(): { model: LanguageModel; passes: ForwardRequest[] } {
  const model = createTableModel({ law: draftLaw, vocabularySize, maximumSequences: 16 });
  const passes: ForwardRequest[] = [];
  const forward = model.forward.bind(model);
  model.forward = (requests, options) => {
    passes.push(...requests);
    return forward(requests, options);
  };
  return { model, passes };
}

function proposal(tree: DraftTreeKind, sampling = {}, independentSiblings = false) {
  const { model, passes } = recordedModel();
  const drafter = createModelTreeDrafter({ model, target, tree });
  const transform = createLogitsTransform(sampling, vocabularySize);
  const propose = (tokens: readonly number[], signal?: AbortSignal): Promise<Draft> =>
    drafter.propose(
      {
        tokens,
        promptLength: prompt.length,
        transform,
        random: createRequestRandom({ seed: 1 }).round(tokens.length),
        targetHiddenRows: undefined,
        shouldStop: undefined,
        signal,
      },
      { maximumTokens: 63, maximumLeaves: 16, independentSiblings },
    );
  return { drafter, passes, propose };
}

const chosen = (parents: readonly number[]): DraftTreeKind => ({
  kind: 'chosen',
  chooser: { next: () => ({ parents }), observe() {} },
});

describe('the passes of a draft', () => {
  test.each([
    [[-1, 0, 1, 2, 3]],
    [createStaticShape([2, 2, 1]).next({ ...unlimited() }).parents],
    [createStaticShape([1, 1, 3, 1, 1]).next({ ...unlimited() }).parents],
    [createStaticShape([3, 1, 1, 1]).next({ ...unlimited() }).parents],
    [[-1, -1, 0, 1, 2, 3, 4, 5, 6, 6]],
    [[-1, -1, 1, 1, 2, 3, 4]],
    [[-1, -1, -1]],
  ])('of the shape %o have the lengths that its plan says', async (parents) => {
    const { propose, passes } = proposal(chosen(parents));
    const draft = await propose(prompt);
    expect(draft.parents).toEqual(parents);
    const [first, ...more] = treePassLengths({ parents });
    expect(first).toBe(1);
    expect(passes.map(({ tokens }) => tokens.length)).toEqual([prompt.length, ...more]);
  });

  test('of a draft without nodes are none', async () => {
    const { propose, passes } = proposal(chosen([]));
    expect((await propose(prompt)).tokens).toEqual([]);
    expect(passes).toEqual([]);
    expect(treePassLengths({ parents: [] })).toEqual([]);
  });
});

/** The last says whether the last pass holds all nodes with children, each text once. */
const shapes: readonly (readonly [name: string, tree: DraftTreeKind, readsAllInner: boolean])[] = [
  ['a chain', { kind: 'static', widths: [1, 1, 1, 1, 1] }, true],
  ['a static tree', { kind: 'static', widths: [3, 2, 2, 1] }, true],
  ['a dynamic tree', { kind: 'dynamic', nodes: 20, depth: 4, branching: 3 }, false],
  ['a sampled tree', { kind: 'sampled', nodes: 16 }, false],
];

describe.each(shapes)('after a round with %s', (_, tree, readsAllInner) => {
  /** Every path of a tree from the root, and the empty one. */
  const pathsOf = ({ parents }: Draft): number[][] => {
    const paths: number[][] = [];
    for (const [node, parent] of parents.entries()) paths.push([...(paths[parent] ?? []), node]);
    return [[], ...paths];
  };

  test('on whichever path, only what was not read before is read', async () => {
    for (const path of pathsOf(await proposal(tree).propose(prompt)).slice(0, 24)) {
      const { propose, passes } = proposal(tree);
      const draft = await propose(prompt);
      const committed = [...prompt, ...path.map((node) => draft.tokens[node] as number), 0];
      passes.length = 0;
      expect(await propose(committed)).toEqual(await proposal(tree).propose(committed));
      const leaf = path.length > 0 && !draft.parents.includes(path.at(-1) as number);
      // Leaves are not read; the last committed token always is.
      if (readsAllInner) expect(passes[0]?.tokens).toEqual(committed.slice(leaf ? -2 : -1));
      else expect(passes[0]?.tokens.length).toBeLessThanOrEqual(path.length + 1);
    }
  });

  test('that was cancelled in any of its passes, the next draft is that of a fresh drafter', async () => {
    const fresh = await proposal(tree).propose(prompt);
    for (let cancelled = 1; cancelled < 5; cancelled++) {
      for (const whileItRuns of [false, true]) {
        const { propose, passes } = proposal(tree);
        const controller = new AbortController();
        const push = passes.push.bind(passes);
        passes.push = (...requests) => {
          if (passes.length + 1 === cancelled) {
            if (whileItRuns) queueMicrotask(() => controller.abort());
            else controller.abort();
          }
          return push(...requests);
        };
        await expect(propose(prompt, controller.signal)).rejects.toThrow(/abort/i);
        expect(await propose(prompt)).toEqual(fresh);
        expect(await propose(prompt.slice(1))).toEqual(await proposal(tree).propose(prompt.slice(1)));
      }
    }
  });

  test.each(treeRules)('greedy text is the plain one, under %s', async (rule) => {
    for (const settings of [{ temperature: 0 }, { temperature: 0, repetitionPenalty: 1.4 }]) {
      const options = { target, prompt, sampling: settings, maximumTokens: 60, rule };
      const { drafter } = proposal(tree);
      const { tokens, counters } = await generateText({ ...options, drafter, draftLength: 20 });
      expect(tokens).toEqual((await generateText(options)).tokens);
      expect(counters.acceptedCount).toBeGreaterThan(0);
      await drafter.close();
    }
  });
});

test.each([
  ['recursive-rejection', { kind: 'static', widths: [2, 2] }],
  ['recursive-rejection', { kind: 'dynamic', nodes: 6, depth: 2, branching: 3 }],
  ['recursive-rejection', { kind: 'sampled', nodes: 6 }],
  ['traversal', { kind: 'sampled', nodes: 6 }],
  ['k-seq', { kind: 'static', widths: [2, 2] }],
  ['sample-match', { kind: 'static', widths: [2, 2] }],
] satisfies [string, DraftTreeKind][])(
  'under %s the joint law of three tokens is the target law, with %o',
  async (rule, tree) => {
    const draws = 4000;
    const [right, guess] = [randomTable(21, 3, 'smooth'), randomTable(22, 3, 'smooth')];
    const table = (law: TableLaw) =>
      createTableModel({ law: (history) => law(history.slice(-4)), vocabularySize: 3 });
    const small = table(right);
    const drafter = createModelTreeDrafter({ model: table(guess), target: small, tree });
    const counts = new Map<string, number>();
    const start = [0, 1, 2, 0];
    for (let seed = 0; seed < draws; seed++) {
      // Seven tokens leave room for a whole tree; the first three are what is counted.
      const options = { target: small, drafter, prompt: start, rule, seed, draftLength: 6 };
      const { tokens } = await generateText({ ...options, maximumTokens: 7 });
      const key = tokens.slice(0, 3).join(',');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    let statistic = 0;
    for (const [key, probability] of jointLaw((history) => right([...start, ...history].slice(-4)), 3))
      statistic += ((counts.get(key) ?? 0) - draws * probability) ** 2 / (draws * probability);
    // 27 cells, 26 degrees of freedom: chi-square exceeds 88 with probability 1e-8. The seeds are fixed.
    expect(statistic).toBeLessThan(88);
    await drafter.close();
  },
);

test('in greedy decoding a static tree has siblings too: the tokens behind the first', async () => {
  const { propose } = proposal({ kind: 'static', widths: [3, 1] }, { temperature: 0 });
  const draft = await propose(prompt);
  const law = draftLaw(prompt).probabilities;
  const ranked = [0, 1, 2, 3, 4].toSorted((left, right) => (law[right] as number) - (law[left] as number));
  expect(draft.parents).toEqual([-1, -1, -1, 0, 1, 2]);
  expect(draft.tokens.slice(0, 3)).toEqual(ranked.slice(0, 3));
});

describe('where siblings must be independent', () => {
  test('a sampled tree reports one distribution for all of them', async () => {
    const { propose } = proposal({ kind: 'static', widths: [3, 2] }, {}, true);
    const { parents, distributions } = await propose(prompt);
    expect(parents).toEqual([-1, -1, -1, 0, 0, 1, 1, 2, 2]);
    for (const [node, parent] of parents.entries())
      expect(distributions[node]).toEqual(distributions[parents.indexOf(parent)]);
  });

  test('a sampled tree is a chain: it could not know the number of children before they are drawn', async () => {
    const { propose } = proposal({ kind: 'sampled', nodes: 4 }, {}, true);
    expect((await propose(prompt)).parents).toEqual([-1, 0, 1, 2]);
  });

  test.each<[DraftTreeKind, object]>([
    [{ kind: 'static', widths: [3, 2] }, { temperature: 0 }],
    [{ kind: 'dynamic', nodes: 9, depth: 2 }, {}],
  ])('certain guesses have none: %o under %o is a chain', async (tree, sampling) => {
    const { propose, passes } = proposal(tree, sampling, true);
    expect((await propose(prompt)).parents).toEqual([-1, 0]);
    expect(passes.map(({ tokens }) => tokens.length)).toEqual([prompt.length, 1]);
  });
});

test('a chosen shape hears what became of each of its trees', async () => {
  const heard: unknown[] = [];
  const static221 = createStaticShape([2, 2]);
  const chooser: TreeShapeChooser = {
    next: (limits) => static221.next(limits),
    observe: (verified) => heard.push(verified),
  };
  const { propose, drafter } = proposal({ kind: 'chosen', chooser });
  const { parents } = await propose(prompt);
  const outcome = { committedTokens: [0], committedLength: 9, hiddenRows: undefined };
  drafter.observe({ ...outcome, acceptedPath: [1, 4] });
  expect(heard).toEqual([{ parents, acceptedPath: [1, 4] }]);
});

test('a tree near the end of the draft context is as deep as there is room', async () => {
  const model = createTableModel({ law: draftLaw, vocabularySize, contextLength: 7 });
  const drafter = createModelTreeDrafter({
    model,
    target,
    tree: { kind: 'static', widths: [2, 2, 2, 2, 2] },
  });
  const run = { target, prompt, drafter, draftLength: 31, rule: 'sample-match', maximumTokens: 12 };
  const { tokens } = await generateText({ ...run, seed: 4 });
  const { drafter: _, ...plain } = run;
  expect(tokens).toEqual((await generateText({ ...plain, seed: 4 })).tokens);
});

test.each<[DraftTreeKind, RegExp]>([
  [{ kind: 'static', widths: [] }, /number of children by level/],
  [{ kind: 'dynamic', nodes: 0 }, /nodes of a dynamic tree/],
  [{ kind: 'sampled', nodes: 0.5 }, /nodes of a sampled tree/],
  [{ kind: 'dynamic', nodes: 4, depth: 1.5 }, /depth of a dynamic tree/],
  [{ kind: 'dynamic', nodes: 4, branching: -1 }, /branching of a dynamic tree/],
])('the tree %o is refused', (tree, message) => {
  expect(() => createModelTreeDrafter({ model: target, target, tree })).toThrow(message);
});

function unlimited() {
  return {
    maximumTokens: 100,
    maximumLeaves: 100,
    maximumDepth: 100,
    maximumExpanded: 100,
    maximumInner: 100,
  };
}
