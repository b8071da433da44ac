import { describe, expect, test, vi } from 'vitest';
import type { Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import { createRequestRandom } from '../random/request-random.js';
import { createLogitsTransform } from '../sampling/create-logits-transform.js';
import type { DraftLengthController } from '../scheduling/draft-length-controller.js';
import { type EnumeratedGeneration, generationError } from '../testing/enumerate-generation.js';
import { jointLaw, largestDifference, type TableLaw } from '../testing/enumerate-joint-law.js';
import { enumerateDraws } from '../testing/explored-draws.js';
import { randomTable, type TableKind } from '../testing/random-table.js';
import { servedLaw } from '../testing/served-law.js';
import { createTableModel } from '../testing/table-model.js';
import {
  blockStopsAtFirstFailure,
  bonusFromDraft,
  literalDifference,
  resampleFromTarget,
} from '../testing/wrong-rules.js';
import { verificationRules } from '../verification/rules.js';
import { tokenwise } from '../verification/tokenwise.js';
import { chainDraft } from './chain-draft.js';
import { createModelDrafter } from './model-drafter.js';
import { createPromptLookupDrafter } from './prompt-lookup-drafter.js';
import { createStagedDrafter, type StagedDrafterOptions } from './staged-drafter.js';

vi.mock('../sampling/draw.js', async (importOriginal) => {
  const { exploredDraws } = await import('../testing/explored-draws.js');
  return exploredDraws(await importOriginal());
});

// Proofs by enumeration: nothing is sampled, so nothing has a false-alarm probability. The tables' seeds are fixed.
const tolerance = 1e-12;
const visible = 1e-3;
const vocabularySize = 3;
const prompt = [0, 1, 0];
const rules = [...verificationRules.keys()];

interface Models {
  readonly target: LanguageModel;
  readonly middle: LanguageModel;
  readonly small: LanguageModel;
}
const tables = (kinds: readonly TableKind[]) =>
  kinds.map((kind, index) => randomTable(index + 1, vocabularySize, kind));
const smooth = tables(['smooth', 'smooth', 'smooth']);
const models = modelsOf(smooth);

function modelsOf(laws: readonly TableLaw[]): Models {
  const [target, middle, small] = laws.map((law) =>
    createTableModel({ law, vocabularySize, maximumSequences: 16 }),
  ) as [LanguageModel, LanguageModel, LanguageModel];
  return { target, middle, small };
}

function staged(
  over: Partial<StagedDrafterOptions> = {},
  { target, middle, small }: Models = models,
): Drafter {
  const drafter = over.drafter ?? createModelDrafter({ model: small, target: middle });
  return createStagedDrafter({ model: middle, target, rule: 'tokenwise', stageLength: 2, ...over, drafter });
}

function error(createDrafter: () => Drafter, over: Partial<EnumeratedGeneration> = {}): Promise<number> {
  const [law] = smooth as [TableLaw];
  return generationError({ target: models.target, law, prompt, count: 3, createDrafter, ...over });
}

describe('the joint law of several rounds is the target law', () => {
  test.each(rules.flatMap((outer) => rules.map((inner) => ({ outer, inner }))))(
    'outer rule $outer, inner rule $inner',
    async ({ outer, inner }) => {
      expect(await error(() => staged({ rule: inner }), { rule: outer })).toBeLessThan(tolerance);
    },
  );

  test.each<[TableKind, TableKind]>([
    ['one-hot', 'smooth'],
    ['smooth', 'one-hot'],
    ['truncated', 'truncated'],
    ['peaked', 'ties'],
  ])('draft model %s, inner drafter %s', async (middle, small) => {
    const laws = tables(['smooth', middle, small]);
    const own = modelsOf(laws);
    const over = { target: own.target, law: laws[0] as TableLaw };
    for (const rule of ['tokenwise', 'block'])
      expect(await error(() => staged({ rule }, own), { ...over, rule })).toBeLessThan(tolerance);
  });

  test('of three stages', async () => {
    const { middle, small, target } = models;
    const inner = () =>
      createStagedDrafter({
        model: small,
        target: middle,
        drafter: createModelDrafter({ model: target, target: small }),
        stageLength: 1,
      });
    expect(await error(() => staged({ drafter: inner(), rule: 'block' }), { rule: 'block' })).toBeLessThan(
      tolerance,
    );
  });

  test('with prompt lookup inside', async () => {
    const lookup = () => createPromptLookupDrafter({ minimumMatch: 1, lengthFactor: 16 });
    for (const rule of rules)
      expect(await error(() => staged({ drafter: lookup() }), { rule })).toBeLessThan(tolerance);
  });

  test('with penalties, which every position counts for itself', async () => {
    const sampling = { repetitionPenalty: 1.7, presencePenalty: 0.6 };
    expect(await error(() => staged({ rule: 'block' }), { sampling })).toBeLessThan(tolerance);
  });

  test('with drafts that stop after a token of low probability, and keep it', async () => {
    const draftLength = () => stopping(({ probability }) => probability < 0.45);
    expect(await error(() => staged(), { draftLength })).toBeLessThan(tolerance);
  });
});

test.each(rules)("the drafted tokens have the draft model's law, and report it, under %s", async (rule) => {
  const law = servedLaw(smooth[1] as TableLaw, vocabularySize);
  const drafted = await enumerateDraws(async () => {
    const drafter = staged({ rule });
    const { tokens, distributions } = await drafter.propose(
      {
        tokens: prompt,
        promptLength: prompt.length,
        transform: createLogitsTransform({}, vocabularySize),
        random: createRequestRandom({ seed: 1 }).round(prompt.length),
        targetHiddenRows: undefined,
        shouldStop: undefined,
        signal: undefined,
      },
      { maximumTokens: 3, maximumLeaves: 1 },
    );
    for (const [node, { probabilities }] of distributions.entries())
      expect(probabilities).toEqual(law([...prompt, ...tokens.slice(0, node)]).probabilities);
    await drafter.close();
    return tokens.join(',');
  });
  const own = jointLaw((history) => law([...prompt, ...history]), 3);
  expect(largestDifference(drafted, own)).toBeLessThan(tolerance);
});

describe('what the proof must find', () => {
  test.each([literalDifference, resampleFromTarget, bonusFromDraft, blockStopsAtFirstFailure])(
    'the inner rule $name',
    async (wrong) => {
      const claims = { ...wrong, exact: true };
      // A guess of two tokens, where only the second one shows the fault, needs a draft of three.
      const lengths = wrong === blockStopsAtFirstFailure ? { draftLength: 3, count: 4 } : {};
      expect(await error(() => staged({ rule: claims }), lengths)).toBeGreaterThan(visible);
    },
  );

  test('a draft that leaves out the corrections of the inner rule', async () => {
    const { middle, small } = models;
    /** Length of the text before the first correction. */
    let kept = 0;
    const told = (): Drafter => {
      const drafter = createModelDrafter({ model: small, target: middle });
      return {
        name: drafter.name,
        propose: (context, budget) => drafter.propose(context, budget),
        observe: ({ committedLength, acceptedPath }) => {
          if (acceptedPath.length === 0) kept = Math.min(kept, committedLength - 1);
        },
        close: () => drafter.close(),
      };
    };
    const dropping = (): Drafter => {
      const drafter = staged({ drafter: told() });
      return {
        name: drafter.name,
        propose: async (context, budget) => {
          kept = Number.POSITIVE_INFINITY;
          const { tokens, distributions } = await drafter.propose(context, budget);
          const length = kept - context.tokens.length;
          return chainDraft('dropping', tokens.slice(0, length), distributions.slice(0, length));
        },
        observe: (outcome) => drafter.observe(outcome),
        close: () => drafter.close(),
      };
    };
    for (const rule of ['tokenwise', 'block'])
      expect(await error(dropping, { rule })).toBeGreaterThan(visible);
  });

  test('an inner drafter with the random numbers of the outer draft', async () => {
    const { middle, small } = models;
    const seeded = createRequestRandom({ seed: 0 });
    // Draws with the counters of the outer verification: the inner draws decide what the outer rule accepts.
    const shared = (): Drafter => {
      const drafter = createModelDrafter({ model: small, target: middle });
      return {
        name: drafter.name,
        propose: (context, budget) => {
          const random = {
            uniform: (_: string, stage: number, node: number) =>
              seeded.round(prompt.length).uniform('accept', stage, node, node),
          };
          return drafter.propose({ ...context, random }, budget);
        },
        observe: (outcome) => drafter.observe(outcome),
        close: () => drafter.close(),
      };
    };
    expect(await error(() => staged({ drafter: shared() }))).toBeGreaterThan(visible);
  });
});

describe('options that cannot work are refused', () => {
  test('a rule that is not exact', () => {
    expect(() => staged({ rule: resampleFromTarget })).toThrow(/not exact/);
  });

  test.each([0, 1.5, Number.NaN])('a stage length of %f', (stageLength) => {
    expect(() => staged({ stageLength })).toThrow(/stageLength/);
  });

  test('an inner drafter that needs hidden states', () => {
    const drafter = { ...createPromptLookupDrafter(), needsHiddenStates: true };
    expect(() => staged({ drafter })).toThrow(/hidden states/);
  });
});

test('an inner draft that is malformed is a broken contract, named as such', async () => {
  const tree: Drafter = {
    name: 'tree',
    propose: async () => {
      const { oneHot } = await import('../sampling/draw.js');
      return {
        tokens: [0, 1],
        parents: [-1, -1],
        distributions: [oneHot(0), oneHot(1)],
        drafters: ['a', 'a'],
      };
    },
    observe() {},
    async close() {},
  };
  await expect(
    error(() => staged({ drafter: tree }), { draftLength: 3, count: 5, rule: tokenwise }),
  ).rejects.toThrow(/tree proposed a tree/);
});

function stopping(shouldStop: NonNullable<DraftLengthController['shouldStop']>): DraftLengthController {
  return { name: 'stopping', next: (limit) => Math.min(2, limit), shouldStop, observe() {} };
}
