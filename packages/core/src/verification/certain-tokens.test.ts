import { describe, expect, test, vi } from 'vitest';
import type { Draft } from '../contract/draft.js';
import type { Drafter } from '../contract/drafter.js';
import type { DraftedToken } from '../contract/draft-context.js';
import { generateText } from '../decoding/generate-text.js';
import { chainDraft } from '../drafting/chain-draft.js';
import { createModelDrafter } from '../drafting/model-drafter.js';
import { createPromptLookupDrafter } from '../drafting/prompt-lookup-drafter.js';
import { oneHot } from '../sampling/draw.js';
import type { DraftLengthController, RoundMeasurement } from '../scheduling/draft-length-controller.js';
import { type EnumeratedGeneration, generationError } from '../testing/enumerate-generation.js';
import { randomTable } from '../testing/random-table.js';
import { randomTableModel } from '../testing/random-table-model.js';
import { knownOf, toVerify } from './certain-tokens.js';
import { verificationRules } from './rules.js';

vi.mock('../sampling/draw.js', async (importOriginal) => {
  const { exploredDraws } = await import('../testing/explored-draws.js');
  return exploredDraws(await importOriginal());
});

const half = { tokens: undefined, probabilities: Float64Array.of(0.5, 0.5) };
const certain = (...tokens: readonly number[]): Draft => chainDraft('test', tokens, tokens.map(oneHot));

describe('what is verified', () => {
  test('is as much of a chain of certain tokens as is asked for, from the first on', () => {
    const draft = certain(4, 5, 6);
    for (const length of [0, 1, 2]) {
      expect(toVerify(draft, () => length)).toEqual(certain(...[4, 5, 6].slice(0, length)));
    }
    expect(toVerify(draft, (drafted) => drafted)).toBe(draft);
    expect(toVerify(draft, undefined)).toBe(draft);
  });

  test('is all of what has a drawn token, of a tree, and of nothing: nobody is asked', () => {
    const drawn = chainDraft('test', [0, 1], [oneHot(0), half]);
    const tree: Draft = { ...certain(0, 1), parents: [-1, -1] };
    for (const draft of [drawn, tree, certain()]) {
      const kept = toVerify(draft, () => {
        throw new Error('asked');
      });
      expect(kept).toBe(draft);
    }
  });
});

// Worked out by hand: a token is known to be right or wrong as far as the tokens before it were committed.
test.each([
  { committed: [4, 5, 7], known: 3, right: 2 },
  { committed: [4, 5], known: 2, right: 2 },
  { committed: [4, 9], known: 2, right: 1 },
  { committed: [8], known: 1, right: 0 },
  { committed: [4, 5, 6, 7], known: 3, right: 3 },
])('of a draft 4, 5, 6 the tokens $committed tell $known, of which $right are right', (row) => {
  const { draftedCount, acceptedPath } = knownOf(certain(4, 5, 6), row.committed);
  expect([draftedCount, acceptedPath.length]).toEqual([row.known, row.right]);
});

// Proofs by enumeration: nothing is sampled, so nothing has a false-alarm probability. The tables' seeds are fixed.
const tolerance = 1e-12;
const visible = 1e-3;
const vocabularySize = 3;
const prompt = [0, 1, 0];
const law = randomTable(1, vocabularySize, 'smooth');
const model = (seed: number) => randomTableModel(seed, vocabularySize);
const [target, draft] = [model(1), model(2)];
const lookup = () => createPromptLookupDrafter({ minimumMatch: 1, lengthFactor: 16 });

/** Drafts of two tokens, of which those before the first token 1 are verified; so what is left out depends on the tokens. */
function beforeToken1(): DraftLengthController {
  let drafted: number[] = [];
  return {
    name: 'test',
    next: (limit) => {
      drafted = [];
      return Math.min(2, limit);
    },
    shouldStop: ({ token }: DraftedToken) => {
      drafted.push(token);
      return false;
    },
    lengthToVerify: (length) => {
      const first = drafted.indexOf(1);
      return first < 0 ? length : first;
    },
    observe: () => undefined,
  };
}

const error = (createDrafter: () => Drafter, rule: string, over: Partial<EnumeratedGeneration> = {}) =>
  generationError({ target, law, prompt, count: 4, rule, createDrafter, draftLength: beforeToken1, ...over });

/** A drafter that leaves out drawn tokens itself, as the loop must not. */
function leavingOutDrawn(drafter: Drafter): Drafter {
  return {
    name: drafter.name,
    propose: async (context, budget) => {
      const { tokens, distributions } = await drafter.propose(context, budget);
      const first = tokens.indexOf(1);
      const length = first < 0 ? tokens.length : first;
      return chainDraft(drafter.name, tokens.slice(0, length), distributions.slice(0, length));
    },
    observe: (outcome) => drafter.observe(outcome),
    close: () => drafter.close(),
  };
}

describe.each([...verificationRules.keys()])(
  'with tokens left out the joint law of several rounds is the target law, under %s',
  (rule) => {
    test('of a drafter whose tokens are certain', async () => {
      expect(await error(lookup, rule)).toBeLessThan(tolerance);
    });

    test('of a draft model, whose tokens are drawn and all verified', async () => {
      expect(await error(() => createModelDrafter({ model: draft, target }), rule)).toBeLessThan(tolerance);
    });

    test('of a draft model in greedy decoding', async () => {
      const over = { sampling: { temperature: 0 } };
      expect(await error(() => createModelDrafter({ model: draft, target }), rule, over)).toBeLessThan(
        tolerance,
      );
    });
  },
);

test('the control: drawn tokens that are left out for what they are give another law', async () => {
  const drafter = () => leavingOutDrawn(createModelDrafter({ model: draft, target }));
  expect(await error(drafter, 'tokenwise')).toBeGreaterThan(visible);
});

test('a controller that leaves out everything decodes plainly, and is told which guesses were right', async () => {
  const observed: RoundMeasurement[] = [];
  const controller: DraftLengthController = {
    name: 'test',
    next: (limit) => Math.min(2, limit),
    lengthToVerify: () => 0,
    observe: (round) => observed.push(round),
  };
  const drafter = createModelDrafter({ model: model(1), target });
  const options = { target, drafter, prompt, sampling: { temperature: 0 }, maximumTokens: 5 };
  const { counters } = await generateText({ ...options, draftLength: controller });
  await drafter.close();
  expect([counters.roundCount, counters.draftedCount]).toEqual([5, 0]);
  // The target drafts for itself. In the last round there is no room for a draft.
  expect(observed.map(({ known }) => known && [known.draftedCount, known.acceptedCount])).toEqual([
    ...new Array<number[]>(4).fill([1, 1]),
    undefined,
  ]);
});
