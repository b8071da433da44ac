import { describe, expect, test } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import type { DraftOutcome } from '../contract/draft-outcome.js';
import type { Drafter, HiddenStates } from '../contract/drafter.js';
import { generateText } from '../decoding/generate-text.js';
import { oneHot } from '../sampling/draw.js';
import type { AllowedTokens } from '../sampling/sampling-settings.js';
import { propose } from '../testing/drafter-conformance/proposals.js';
import type { TableLaw } from '../testing/enumerate-joint-law.js';
import { randomTable } from '../testing/random-table.js';
import { roundLawError } from '../testing/round-law-error.js';
import { createTableModel } from '../testing/table-model.js';
import { resampleFromTarget } from '../testing/wrong-rules.js';
import { verificationRules } from '../verification/rules.js';
import { createForcedTokenDrafter } from './forced-token-drafter.js';
import { createInputCopyDrafter } from './input-copy-drafter.js';
import { createModelDrafter } from './model-drafter.js';

const vocabularySize = 4;
/** After a 0 comes 1, then 2; after a 2 anything but 3; after a 3 only 0. Elsewhere all are allowed. */
const allowedTokens: AllowedTokens = {
  mask(history) {
    if (history.at(-1) === 0) return Uint8Array.of(0, 1, 0, 0);
    if (history.at(-1) === 1 && history.at(-2) === 0) return Uint8Array.of(0, 0, 1, 0);
    if (history.at(-1) === 2) return Uint8Array.of(1, 1, 1, 0);
    if (history.at(-1) === 3) return Uint8Array.of(1, 0, 0, 0);
    return undefined;
  },
};
const sampling = { allowedTokens };
const table = randomTable(31, vocabularySize, 'smooth');
const draftTable = randomTable(32, vocabularySize, 'smooth');
const model = createTableModel({
  law: (history) => table(history.slice(-3)),
  vocabularySize,
  maximumSequences: 8,
});
const draft = createTableModel({
  law: (history) => draftTable(history.slice(-2)),
  vocabularySize,
  maximumSequences: 8,
});

describe('forced tokens', () => {
  test('are drafted as far as the mask forces them', async () => {
    const drafter = createForcedTokenDrafter();
    const tokens = async (history: number[], maximumTokens = 8): Promise<readonly number[]> =>
      (await propose(model, drafter, { tokens: history, seed: 0, sampling, maximumTokens })).tokens;
    expect(await tokens([2, 3])).toEqual([0, 1, 2]);
    expect(await tokens([2, 0])).toEqual([1, 2]);
    expect(await tokens([0, 1])).toEqual([2]);
    expect(await tokens([0, 1, 2])).toEqual([]);
    expect(await tokens([2, 3], 2)).toEqual([0, 1]);
  });

  test('without a mask there are none, and none where the mask allows nothing', async () => {
    const drafter = createForcedTokenDrafter();
    expect((await propose(model, drafter, { tokens: [3], seed: 0 })).tokens).toEqual([]);
    const nothing = { allowedTokens: { mask: () => new Uint8Array(vocabularySize) } };
    expect((await propose(model, drafter, { tokens: [3], seed: 0, sampling: nothing })).tokens).toEqual([]);
  });

  test('are all accepted, and spare passes', async () => {
    const options = { target: model, prompt: [1, 3], sampling, maximumTokens: 60, seed: 3 };
    const drafter = createForcedTokenDrafter();
    const { counters } = await generateText({ ...options, drafter, draftLength: 8 });
    expect(counters.draftedCount).toBeGreaterThan(20);
    expect(counters.acceptedCount).toBe(counters.draftedCount);
    expect(counters.blockEfficiency).toBeGreaterThan(1.5);
  });

  test('a mask that knows which token likely comes is asked for it', async () => {
    const guesses = {
      allowedTokens: {
        ...allowedTokens,
        forcedToken: (history: readonly number[]) => (history.length < 4 ? 2 : undefined),
      },
    };
    const drafted = await propose(model, createForcedTokenDrafter(), {
      tokens: [2, 2],
      seed: 0,
      sampling: guesses,
    });
    expect(drafted.tokens).toEqual([2, 2]);
  });

  test('a mask of another length than the vocabulary is refused', async () => {
    const short = { allowedTokens: { mask: () => Uint8Array.of(1, 0) } };
    await expect(
      propose(model, createForcedTokenDrafter(), { tokens: [3], seed: 0, sampling: short }),
    ).rejects.toThrow(/2 entries for 4 tokens/);
  });
});

describe('with another drafter', () => {
  /** Records what it is asked and told; drafts 2s, or a fork of them. */
  function recording(needsHiddenStates = false) {
    const asked: { tokens: readonly number[]; maximumTokens: number }[] = [];
    const outcomes: DraftOutcome[] = [];
    const states: HiddenStates[] = [];
    const inner: Drafter = {
      name: 'inner',
      needsHiddenStates,
      readHiddenStates: needsHiddenStates ? async (read) => void states.push(read) : undefined,
      async propose({ tokens, shouldStop }, { maximumTokens, maximumLeaves }) {
        asked.push({ tokens: [...tokens], maximumTokens });
        shouldStop?.({ token: 2, probability: 1, depth: 0 });
        const count = maximumLeaves > 1 ? Math.min(2, maximumTokens) : 1;
        return {
          tokens: Array.from({ length: count }, (_, node) => 2 - node),
          parents: Array.from({ length: count }, () => -1),
          distributions: Array.from({ length: count }, (_, node) => oneHot(2 - node)),
          drafters: Array.from({ length: count }, () => 'inner'),
        };
      },
      observe: (outcome) => outcomes.push(outcome),
      async close() {},
    };
    return { asked, outcomes, states, drafter: createForcedTokenDrafter({ inner }) };
  }

  test('it goes on after the forced tokens, within the budget, and learns its own part', async () => {
    const { asked, outcomes, drafter } = recording();
    const request = { tokens: [2, 0], seed: 0, sampling, maximumTokens: 4, maximumLeaves: 2 };
    const { tokens, parents, drafters } = await propose(model, drafter, request);
    expect(asked).toEqual([{ tokens: [2, 0, 1, 2], maximumTokens: 2 }]);
    expect(tokens).toEqual([1, 2, 2, 1]);
    expect(parents).toEqual([-1, 0, 1, 1]);
    expect(drafters).toEqual(['forced-tokens', 'forced-tokens', 'inner', 'inner']);
    drafter.observe({
      acceptedPath: [0, 1, 3],
      committedTokens: [1, 2, 1, 0],
      committedLength: 6,
      hiddenRows: undefined,
    });
    expect(outcomes).toMatchObject([{ acceptedPath: [1], committedTokens: [1, 0], committedLength: 6 }]);
  });

  test('it is not asked where the budget is used up, or where a stop callback says so', async () => {
    const full = recording();
    await propose(model, full.drafter, { tokens: [2, 0], seed: 0, sampling, maximumTokens: 2 });
    expect(full.asked).toEqual([]);
    const stopped = recording();
    const shouldStop = ({ depth }: { depth: number }) => depth === 0;
    const { tokens } = await propose(model, stopped.drafter, {
      tokens: [2, 0],
      seed: 0,
      sampling,
      shouldStop,
    });
    expect(tokens).toEqual([1]);
    expect(stopped.asked).toEqual([]);
    stopped.drafter.observe({
      acceptedPath: [0],
      committedTokens: [1, 2],
      committedLength: 4,
      hiddenRows: undefined,
    });
    expect(stopped.outcomes).toEqual([]);
  });

  test('one of hidden states is asked where nothing is forced, and is given the states of the other rounds', async () => {
    const { asked, states, drafter } = recording(true);
    expect(drafter).toMatchObject({ needsHiddenStates: true });
    const forced = await propose(model, drafter, { tokens: [2, 0], seed: 0, sampling });
    expect(forced.tokens).toEqual([1, 2]);
    expect(asked).toEqual([]);
    expect(states).toMatchObject([{ tokens: [2, 0], start: 0, rows: [{ length: 4 }] }]);
    await propose(model, drafter, { tokens: [2, 0, 1, 2], seed: 0, sampling });
    expect(asked).toMatchObject([{ tokens: [2, 0, 1, 2] }]);
    expect(states).toHaveLength(1);
  });

  test('a stop callback sees the depth in the whole draft', async () => {
    const depths: number[] = [];
    const shouldStop = ({ depth }: { depth: number }) => depths.push(depth) < 0;
    await propose(model, recording().drafter, { tokens: [2, 0], seed: 0, sampling, shouldStop });
    expect(depths).toEqual([0, 1, 2]);
  });

  test('greedy text is the plain one, and sample-match keeps the text of a seed', async () => {
    for (const way of [{ sampling: { ...sampling, temperature: 0 } }, { sampling, rule: 'sample-match' }]) {
      for (const seed of [1, 2, 3]) {
        const options = { target: model, prompt: [1, 3], maximumTokens: 40, seed, ...way };
        const plain = await generateText(options);
        for (const inner of [undefined, createModelDrafter({ model: draft, target: model })]) {
          const drafter = createForcedTokenDrafter({ inner });
          const { tokens } = await generateText({ ...options, drafter, draftLength: 5 });
          expect(tokens).toEqual(plain.tokens);
          await drafter.close();
        }
      }
    }
  });
});

// A proof by enumeration: nothing is sampled.
describe('the law of the output', () => {
  const prompt = [2, 3, 0, 1, 2, 3];
  /** The table's law, masked and renormalised, as the transformation does it. */
  const law: TableLaw = (history) => {
    const mask = allowedTokens.mask([...prompt, ...history]);
    const { probabilities } = table(history.slice(-3));
    const kept = probabilities.map((probability, token) => (mask?.[token] === 0 ? 0 : probability));
    const sum = kept.reduce((total, probability) => total + probability, 0);
    const distribution: Distribution = {
      tokens: undefined,
      probabilities: kept.map((probability) => probability / sum),
    };
    return distribution;
  };
  const shared = { law, vocabularySize, prompt, sampling, draftLength: 3 };
  const create = (): Drafter => createForcedTokenDrafter({ inner: createInputCopyDrafter() });

  test.each([...verificationRules.values()])(
    'is the target law after every beginning, under $name',
    async (rule) => {
      const { error, drafted } = await roundLawError({ ...shared, rule, drafter: create() });
      expect(error).toBeLessThan(1e-12);
      expect(drafted).toBeGreaterThan(200);
    },
  );

  test('is another one under a rule that draws from the target after a rejection', async () => {
    const { error } = await roundLawError({ ...shared, rule: resampleFromTarget, drafter: create() });
    expect(error).toBeGreaterThan(0.01);
  });
});
