import { describe, expect, test } from 'vitest';
import type { Draft } from '../contract/draft.js';
import type { ForwardRequest } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import { generateText } from '../decoding/generate-text.js';
import { createRequestRandom } from '../random/request-random.js';
import { createLogitsTransform } from '../sampling/create-logits-transform.js';
import { treePassLengths } from '../scheduling/tree-pass-lengths.js';
import { createStaticShape, type TreeShapeChooser } from '../scheduling/tree-shape-chooser.js';
import type { TableLaw } from '../testing/enumerate-joint-law.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import { createModelDrafter } from './model-drafter.js';
import type { DraftShape } from './tree/tree-growth.js';

const vocabularySize = 5;
function shortMemory(seed: number): TableLaw {
  const table = randomTable(seed, vocabularySize, 'smooth');
  return (history) => table(history.slice(-4));
}
const target = createTableModel({ law: shortMemory(1), vocabularySize, maximumSequences: 16 });
const prompt = [0, 1, 2, 3, 4];

/** A draft model, and the requests of all its passes. */
function recordedModel(): { model: LanguageModel; passes: ForwardRequest[] } {
  const model = createTableModel({ law: shortMemory(2), vocabularySize, maximumSequences: 16 });
  const passes: ForwardRequest[] = [];
  const forward = model.forward.bind(model);
  model.forward = (requests, options) => {
    passes.push(...requests);
    return forward(requests, options);
  };
  return { model, passes };
}

function proposal(shape: DraftShape, sampling = {}) {
  const { model, passes } = recordedModel();
  const drafter = createModelDrafter({ model, target, shape });
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
      { maximumTokens: 63, maximumLeaves: 16 },
    );
  return { drafter, passes, propose };
}

const chosen = (parents: readonly number[]): DraftShape => ({
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
const shapes: readonly (readonly [name: string, shape: DraftShape, readsAllInner: boolean])[] = [
  ['a chain', 'chain', true],
  ['a static tree', { kind: 'static', widths: [3, 2, 2, 1] }, true],
  ['a static tree with replacement', { kind: 'static', widths: [3, 2, 2, 1], replacement: true }, false],
  ['a dynamic tree', { kind: 'dynamic', nodes: 20, depth: 4, branching: 3 }, false],
];

describe.each(shapes)('after a round with %s', (_, shape, readsAllInner) => {
  /** Every path of a tree from the root, and the empty one. */
  const pathsOf = ({ parents }: Draft): number[][] => {
    const paths: number[][] = [];
    for (const [node, parent] of parents.entries()) paths.push([...(paths[parent] ?? []), node]);
    return [[], ...paths];
  };

  test('on whichever path, only what was not read before is read', async () => {
    for (const path of pathsOf(await proposal(shape).propose(prompt)).slice(0, 24)) {
      const { propose, passes } = proposal(shape);
      const draft = await propose(prompt);
      const committed = [...prompt, ...path.map((node) => draft.tokens[node] as number), 0];
      passes.length = 0;
      expect(await propose(committed)).toEqual(await proposal(shape).propose(committed));
      const leaf = path.length > 0 && !draft.parents.includes(path.at(-1) as number);
      // Leaves are not read; the last committed token always is.
      if (readsAllInner) expect(passes[0]?.tokens).toEqual(committed.slice(leaf ? -2 : -1));
      else expect(passes[0]?.tokens.length).toBeLessThanOrEqual(path.length + 1);
    }
  });

  test('that was cancelled in any of its passes, the next draft is that of a fresh drafter', async () => {
    const fresh = await proposal(shape).propose(prompt);
    for (let cancelled = 1; cancelled < 5; cancelled++) {
      for (const whileItRuns of [false, true]) {
        const { propose, passes } = proposal(shape);
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
        expect(await propose(prompt.slice(1))).toEqual(await proposal(shape).propose(prompt.slice(1)));
      }
    }
  });

  test('greedy text is the plain one, under the rule that takes trees', async () => {
    for (const settings of [{ temperature: 0 }, { temperature: 0, repetitionPenalty: 1.4 }]) {
      const options = { target, prompt, sampling: settings, maximumTokens: 60, rule: 'sample-match' };
      const { drafter } = proposal(shape);
      const { tokens, counters } = await generateText({ ...options, drafter, draftLength: 20 });
      expect(tokens).toEqual((await generateText(options)).tokens);
      expect(counters.acceptedCount).toBeGreaterThan(0);
      await drafter.close();
    }
  });
});

test('in greedy decoding a static tree has siblings too: the tokens behind the first', async () => {
  const { propose } = proposal({ kind: 'static', widths: [3, 1] }, { temperature: 0 });
  const draft = await propose(prompt);
  const law = shortMemory(2)(prompt).probabilities;
  const ranked = [0, 1, 2, 3, 4].toSorted((left, right) => (law[right] as number) - (law[left] as number));
  expect(draft.parents).toEqual([-1, -1, -1, 0, 1, 2]);
  expect(draft.tokens.slice(0, 3)).toEqual(ranked.slice(0, 3));
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
  const model = createTableModel({ law: shortMemory(2), vocabularySize, contextLength: 7 });
  const drafter = createModelDrafter({ model, target, shape: { kind: 'static', widths: [2, 2, 2, 2, 2] } });
  const run = { target, prompt, drafter, draftLength: 31, rule: 'sample-match', maximumTokens: 12 };
  const { tokens } = await generateText({ ...run, seed: 4 });
  const { drafter: _, ...plain } = run;
  expect(tokens).toEqual((await generateText({ ...plain, seed: 4 })).tokens);
});

test.each<[DraftShape, RegExp]>([
  [{ kind: 'static', widths: [] }, /number of children by level/],
  [{ kind: 'dynamic', nodes: 0 }, /nodes of a dynamic tree/],
  [{ kind: 'dynamic', nodes: 4, depth: 1.5 }, /depth of a dynamic tree/],
  [{ kind: 'dynamic', nodes: 4, branching: -1 }, /branching of a dynamic tree/],
])('the shape %o is refused', (shape, message) => {
  expect(() => createModelDrafter({ model: target, target, shape })).toThrow(message);
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
