import { describe, expect, test, vi } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftOutcome } from '../contract/draft-outcome.js';
import type { Drafter } from '../contract/drafter.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { createRequestRandom } from '../random/request-random.js';
import { createLogitsTransform } from '../sampling/create-logits-transform.js';
import { oneHot, probabilityOf } from '../sampling/draw.js';
import { type EnumeratedGeneration, generationError } from '../testing/enumerate-generation.js';
import { randomTable } from '../testing/random-table.js';
import { randomTableModel } from '../testing/random-table-model.js';
import { createTableHead } from '../testing/table-head.js';
import type { DraftLengthController } from '../scheduling/draft-length-controller.js';
import { residual } from '../verification/residual.js';
import { verificationRules } from '../verification/rules.js';
import { type CombinedDrafterOptions, createCombinedDrafter } from './combined-drafter.js';
import { createEagleDrafter } from './heads/eagle-drafter.js';
import { createMlpSpeculatorDrafter } from './heads/mlp-speculator-drafter.js';
import { createModelDrafter } from './model-drafter.js';
import { createPromptLookupDrafter } from './prompt-lookup-drafter.js';

vi.mock('../sampling/draw.js', async (importOriginal) => {
  const { exploredDraws } = await import('../testing/explored-draws.js');
  return exploredDraws(await importOriginal());
});

// Proofs by enumeration: nothing is sampled, so nothing has a false-alarm probability. The tables' seeds are fixed.
const tolerance = 1e-12;
const visible = 1e-3;
const vocabularySize = 3;
const prompt = [0, 1, 0];
const law = randomTable(1, vocabularySize, 'smooth');
const model = (seed: number) => randomTableModel(seed, vocabularySize);
const target = model(1);
const [left, right] = [model(2), model(3)];
const lookup = () => createPromptLookupDrafter({ minimumMatch: 1, lengthFactor: 16 });
const leftModel = () => createModelDrafter({ model: left, target });
const rightModel = () => createModelDrafter({ model: right, target });
const eagleHead = createTableHead({ seed: 4, vocabularySize, attends: true });
const mlpHead = createTableHead({ seed: 5, vocabularySize, attends: false, maximumSteps: 4 });
const eagle = () => createEagleDrafter({ head: eagleHead, target });
const mlpSpeculator = () => createMlpSpeculatorDrafter({ head: mlpHead, target });

function combine(
  drafters: readonly Drafter[],
  combination: CombinedDrafterOptions['combination'] = 'priority',
): Drafter {
  return createCombinedDrafter({ drafters, combination });
}

function error(createDrafter: () => Drafter, over: Partial<EnumeratedGeneration> = {}): Promise<number> {
  return generationError({ target, law, prompt, count: 3, createDrafter, ...over });
}

/** Rounds that take the same time, whatever is drafted: it pays from the second round on. */
function scheduled(drafters: readonly Drafter[]): Drafter {
  const roundCosts = { lengths: [0, 1, 2, 3], milliseconds: [1, 1, 1, 1] };
  const known = drafters.map(() => ({ maximumLength: 2, roundCosts }));
  return createCombinedDrafter({ drafters, combination: 'estimate', known });
}
const own = ({ draftLength }: Drafter) => draftLength as DraftLengthController;
const clock = () => 0;

/** Siblings are tried one after the other against what is left of the target's law (Miao et al. 2305.09781, algorithm 2). */
const siblingBySibling: VerificationRule = {
  name: 'sibling by sibling',
  exact: true,
  randomness: 'round',
  trees: true,
  verify(draft, targetRows, random) {
    const acceptedPath: number[] = [];
    for (let node = -1; ; ) {
      let rest = targetRows[node + 1] as Distribution;
      let accepted: number | undefined;
      for (const child of draft.tokens.keys()) {
        if (draft.parents[child] !== node) continue;
        const token = draft.tokens[child] as number;
        const drafted = draft.distributions[child] as Distribution;
        if (random.accept(probabilityOf(rest, token) / probabilityOf(drafted, token), child)) {
          accepted = child;
          break;
        }
        const { weights, mass } = residual(rest, drafted, 1);
        rest = { ...weights, probabilities: weights.probabilities.map((weight) => weight / mass) };
      }
      if (accepted === undefined) {
        const nextTokenKind = draft.parents.includes(node) ? 'correction' : 'bonus';
        return { acceptedPath, nextToken: random.draw(rest, node), nextTokenKind };
      }
      acceptedPath.push(accepted);
      node = accepted;
    }
  },
};

describe.each([...verificationRules.keys()])(
  'the joint law of several rounds is the target law, under %s',
  (rule) => {
    test('the first that proposes', async () => {
      expect(await error(() => combine([lookup(), leftModel()]), { rule })).toBeLessThan(tolerance);
    });

    test('the one that promises most, by what was accepted so far', async () => {
      const best = () => combine([leftModel(), rightModel()], 'estimate');
      expect(await error(best, { rule, count: 4 })).toBeLessThan(tolerance);
    });

    test('the one that promises most, with a length of its own', async () => {
      const over = { rule, count: 4, draftLength: own, clock };
      expect(await error(() => scheduled([lookup(), leftModel()]), over)).toBeLessThan(tolerance);
      expect(await error(() => scheduled([leftModel(), rightModel()]), over)).toBeLessThan(tolerance);
    });

    test('a drawn draft is not judged: a drafter that says it is free and draws is refused', async () => {
      const drawing = (): Drafter => ({ ...changed(leftModel(), (draft) => draft), isFree: true });
      const over = { rule, count: 4, draftLength: own, clock };
      await expect(error(() => scheduled([drawing(), lookup()]), over)).rejects.toThrow(/is not certain/);
    });

    test('all in one tree, where the rule takes trees', async () => {
      const merged = () => combine([lookup(), leftModel()], 'merge');
      expect(await error(merged, { rule, draftLength: 4 })).toBeLessThan(tolerance);
    });

    test('heads, by each way of combining them', async () => {
      for (const combination of ['priority', 'estimate', 'merge'] as const) {
        const heads = () => combine([lookup(), eagle(), mlpSpeculator()], combination);
        expect(await error(heads, { rule, draftLength: 3 })).toBeLessThan(tolerance);
      }
    });
  },
);

describe('one tree of several drafts, under a rule that reads their laws', () => {
  const over = { rule: siblingBySibling, draftLength: 4, count: 4 };

  test.each<[string, () => Drafter[]]>([
    ['a deterministic and a sampled draft', () => [lookup(), leftModel()]],
    ['a sampled and a deterministic draft', () => [leftModel(), lookup()]],
    ['two sampled drafts', () => [leftModel(), rightModel()]],
    ['two deterministic drafts and a sampled one', () => [lookup(), lookup(), leftModel()]],
  ])('keeps the target law: %s', async (_, drafters) => {
    expect(await error(() => combine(drafters(), 'merge'), over)).toBeLessThan(tolerance);
  });

  test('does not where a sampled token is dropped because another drafter has it too', async () => {
    const dropping = (): Drafter => changed(combine([leftModel(), rightModel()], 'merge'), withoutTwins);
    expect(await error(dropping, over)).toBeGreaterThan(visible);
  });

  test('does not where two drafters share their random numbers', async () => {
    const sharing = (): Drafter => {
      const drafters = [leftModel(), rightModel()];
      // The combination derives a generator for each; this undoes it.
      const same = drafters.map((drafter) => ({
        ...changed(drafter, (draft) => draft),
        propose: (context: DraftContext, budget: Parameters<Drafter['propose']>[1]) =>
          drafter.propose(
            { ...context, random: createRequestRandom({ seed: 5 }).round(context.tokens.length) },
            budget,
          ),
      }));
      return combine(same, 'merge');
    };
    expect(await error(sharing, over)).toBeGreaterThan(visible);
  });
});

describe('the parts of a combination', () => {
  const context: DraftContext = {
    tokens: prompt,
    promptLength: prompt.length,
    transform: createLogitsTransform({}, 8),
    random: createRequestRandom({ seed: 1 }).round(prompt.length),
    targetHiddenRows: undefined,
    shouldStop: undefined,
    signal: undefined,
  };
  const budget = { maximumTokens: 9, maximumLeaves: 3 };
  const seen: Record<string, DraftOutcome[]> = {};
  const asked: Record<string, number> = {};
  const scripted = (name: string, tokens: readonly number[], parents?: readonly number[]): Drafter => ({
    name,
    async propose() {
      asked[name] = (asked[name] ?? 0) + 1;
      return {
        tokens,
        parents: parents ?? tokens.map((_, node) => node - 1),
        distributions: tokens.map(oneHot),
        drafters: tokens.map(() => name),
      };
    },
    observe: (outcome) => void (seen[name] ??= []).push(outcome),
    async close() {
      asked[name] = Number.NaN;
    },
  });
  const outcome = (acceptedPath: number[], committedTokens: number[]): DraftOutcome => ({
    acceptedPath,
    committedTokens,
    committedLength: prompt.length + committedTokens.length,
    hiddenRows: undefined,
  });

  test('only those that were asked hear of the outcome, in nodes of their own drafts', async () => {
    const drafter = combine([scripted('empty', []), scripted('first', [4, 5]), scripted('second', [6])]);
    expect((await drafter.propose(context, budget)).drafters).toEqual(['first', 'first']);
    drafter.observe(outcome([0], [4, 7]));
    expect(seen['empty']).toEqual([outcome([], [4, 7])]);
    expect(seen['first']).toEqual([outcome([0], [4, 7])]);
    expect(seen['second']).toBeUndefined();
    await drafter.close();
    expect(asked).toEqual({ empty: Number.NaN, first: Number.NaN, second: Number.NaN });
  });

  test('a path in a merged tree is told to each drafter as far as it lies in its draft', async () => {
    const drafters = [scripted('a', [4, 5]), scripted('b', [4, 6, 7]), scripted('c', [3])];
    const drafter = combine(drafters, 'merge');
    const draft = await drafter.propose(context, budget);
    expect(draft.tokens).toEqual([4, 5, 6, 7, 3]);
    expect(draft.parents).toEqual([-1, 0, 0, 2, -1]);
    expect(draft.drafters).toEqual(['a', 'a', 'b', 'b', 'c']);
    drafter.observe(outcome([0, 2, 3], [4, 6, 7, 1]));
    expect(['a', 'b', 'c'].map((name) => seen[name]?.at(-1)?.acceptedPath)).toEqual([[0], [0, 1, 2], []]);
  });

  test('tokens and leaves are shared out evenly, and what one leaves goes to the next', async () => {
    const budgets: unknown[] = [];
    const noting = (drafter: Drafter): Drafter => ({
      ...drafter,
      propose(given, share) {
        budgets.push(share);
        return drafter.propose(given, share);
      },
    });
    const drafters = [scripted('x', [4]), scripted('y', [5, 6]), scripted('z', [7])].map(noting);
    await combine(drafters, 'merge').propose(context, { maximumTokens: 9, maximumLeaves: 2 });
    // One leaf each: after two there is none for a third.
    expect(budgets).toEqual([
      { maximumTokens: 3, maximumLeaves: 1 },
      { maximumTokens: 4, maximumLeaves: 1 },
    ]);
  });

  test('the one that is accepted comes first, by its estimate', async () => {
    const drafter = combine([scripted('wrong', [4, 4]), scripted('right', [5, 5])], 'estimate');
    const names: string[] = [];
    for (let round = 0; round < 20; round++) {
      const draft = await drafter.propose(context, budget);
      const name = draft.drafters[0] as string;
      names.push(name);
      drafter.observe(name === 'right' ? outcome([0, 1], [5, 5, 1]) : outcome([], [1]));
    }
    expect(names[0]).toBe('wrong');
    expect(names.slice(2)).toEqual(names.slice(2).map(() => 'right'));
  });

  test('combinations that cannot be are refused', () => {
    const one = lookup();
    expect(() => combine([])).toThrow(/one drafter or more/);
    expect(() => combine([one, one])).toThrow(/each once/);
    expect(() => combine([one], 'vote' as 'merge')).toThrow(/no combination "vote"/);
    expect(() => createCombinedDrafter({ drafters: [one, lookup()], known: [{}] })).toThrow(/give one each/);
  });
});

function changed(drafter: Drafter, change: (draft: Draft) => Draft): Drafter {
  return {
    name: drafter.name,
    propose: async (context, budget) => change(await drafter.propose(context, budget)),
    observe() {},
    close: () => drafter.close(),
  };
}

/** Drops the root's second child where it has the first one's token, and all below it. */
function withoutTwins(draft: Draft): Draft {
  const [first, second] = [...draft.tokens.keys()].filter((node) => draft.parents[node] === -1);
  if (second === undefined || draft.tokens[first as number] !== draft.tokens[second]) return draft;
  return {
    tokens: draft.tokens.slice(0, second),
    parents: draft.parents.slice(0, second),
    distributions: draft.distributions.slice(0, second),
    drafters: draft.drafters.slice(0, second),
  };
}
