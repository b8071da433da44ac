import { describe, expect, test } from 'vitest';
import type { Draft } from '../../contract/draft.js';
import type { DraftContext } from '../../contract/draft-context.js';
import type { Drafter } from '../../contract/drafter.js';
import type { ForwardResult } from '../../contract/forward.js';
import type { HeadModel } from '../../contract/head-model.js';
import type { LanguageModel } from '../../contract/language-model.js';
import { oneHot } from '../../sampling/draw.js';
import { pathTokens } from '../../decoding/draft-shape.js';
import { generate } from '../../decoding/generate.js';
import { generateText } from '../../decoding/generate-text.js';
import { HeadMismatchError } from '../../errors/head-mismatch-error.js';
import { InvalidArgumentError } from '../../errors/invalid-argument-error.js';
import { UnsupportedError } from '../../errors/unsupported-error.js';
import { createRequestRandom } from '../../random/request-random.js';
import { createLogitsTransform } from '../../sampling/create-logits-transform.js';
import type { LogitsTransform } from '../../sampling/logits-transform.js';
import type { DraftLengthController } from '../../scheduling/draft-length-controller.js';
import { hiddenStateRows } from '../../testing/hidden-state-rows.js';
import { randomTable } from '../../testing/random-table.js';
import { createTableHead } from '../../testing/table-head.js';
import { createTableModel } from '../../testing/table-model.js';
import { chainDraft } from '../chain-draft.js';
import { createCombinedDrafter } from '../combined-drafter.js';
import { createEagleDrafter } from './eagle-drafter.js';
import { createMlpSpeculatorDrafter } from './mlp-speculator-drafter.js';

const vocabularySize = 3;
const table = randomTable(1, vocabularySize, 'smooth');
// Passes of at most five tokens: a prompt, and rounds without drafting, are handed over in portions.
const target = createTableModel({
  law: (history) => table(history.slice(-4)),
  vocabularySize,
  maximumSequences: 16,
  maximumPassTokens: 5,
});
const prompt = [0, 1, 2, 0, 1, 1, 2, 0, 2, 2, 1, 0, 1];

const forms: Readonly<Record<string, (faulty?: (head: HeadModel) => HeadModel) => Drafter>> = {
  EAGLE: (faulty = (head) => head) =>
    createEagleDrafter({ target, head: faulty(createTableHead({ seed: 1, vocabularySize, attends: true })) }),
  'EAGLE with trees': (faulty = (head) => head) =>
    createEagleDrafter({
      target,
      tree: { kind: 'static', widths: [1, 1, 1, 1] },
      head: faulty(createTableHead({ seed: 3, vocabularySize, attends: true })),
    }),
  'MLP speculator': (faulty = (head) => head) =>
    createMlpSpeculatorDrafter({
      target,
      head: faulty(createTableHead({ seed: 2, vocabularySize, attends: false, maximumSteps: 4 })),
    }),
};

/** Hands every proposal to a check, together with what a fresh drafter proposes for the same history. */
function compared(
  drafter: Drafter,
  createFresh: () => Drafter,
  compare: (draft: Draft, expected: Draft) => void,
): Drafter {
  return {
    name: drafter.name,
    needsHiddenStates: true,
    readHiddenStates: drafter.readHiddenStates,
    async propose(context, budget) {
      const draft = copy(await drafter.propose(context, budget));
      compare(draft, await freshDraft(createFresh(), context, budget));
      return draft;
    },
    observe: (outcome) => drafter.observe(outcome),
    close: () => drafter.close(),
  };
}

async function freshDraft(
  fresh: Drafter,
  context: DraftContext,
  budget: Parameters<Drafter['propose']>[1],
): Promise<Draft> {
  const targetHiddenRows = await hiddenStateRows(target, context.tokens.slice(0, -1));
  const draft = copy(await fresh.propose({ ...context, targetHiddenRows }, budget));
  await fresh.close();
  return draft;
}

/** The distributions are only valid until the next proposal. */
function copy(draft: Draft): Draft {
  return {
    ...draft,
    distributions: draft.distributions.map(({ tokens, probabilities }) => ({
      tokens,
      probabilities: probabilities.slice(),
    })),
  };
}

/** Lengths in turn, 0 included, and in a row: shorter and longer than what is handed over at once. */
function lengthsInTurn(lengths: readonly number[]): DraftLengthController {
  let round = 0;
  return {
    name: 'in turn',
    next: (limit) => Math.min(limit, lengths[round++ % lengths.length] as number),
    observe() {},
  };
}

/** Has something to propose in some rounds, and in others for many in a row nothing. */
function nowAndThen(): Drafter {
  return {
    name: 'now and then',
    async propose({ tokens }) {
      const proposed = tokens.length % 16 < 8 ? [0] : [];
      return chainDraft('now and then', proposed, proposed.map(oneHot));
    },
    observe() {},
    async close() {},
  };
}

const skipping = [4, 4, 0, 3, 1, 0, 0, 0, 0, 0, 0, 0, 2, 4];

describe.each(Object.entries(forms))('%s', (_, create) => {
  test('proposes after every round what a fresh drafter proposes for the same history', async () => {
    const accepted = new Set<number>();
    let proposals = 0;
    const drafter = compared(
      create(),
      () => create(),
      (draft, expected) => {
        proposals += 1;
        expect(draft).toEqual(expected);
        expect(draft.tokens.length).toBeGreaterThan(0);
      },
    );
    for (let seed = 0; seed < 12; seed++) {
      const options = { target, drafter, prompt, seed, rule: 'tokenwise', maximumTokens: 40 };
      for await (const event of generate({ ...options, draftLength: lengthsInTurn(skipping) })) {
        if (event.type === 'round-end' && event.draftedCount === 4) accepted.add(event.acceptedCount);
      }
    }
    // All accepted, and a rejection at every position.
    expect(accepted).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(proposals).toBeGreaterThan(100);
    await drafter.close();
  });

  test('goes on in step after a cancelled round, whenever it was cancelled', async () => {
    const inner = create();
    for (let passes = 1; passes < 12; passes++) {
      const controller = new AbortController();
      const drafter = compared(
        inner,
        () => create(),
        () => {},
      );
      let left = passes;
      const cancelling: LanguageModel = Object.assign(Object.create(target) as LanguageModel, {
        forward: (...parameters: Parameters<LanguageModel['forward']>) => {
          const pass = target.forward(...parameters);
          left -= 1;
          if (left === 0) controller.abort();
          return pass;
        },
        createSequence: () => target.createSequence(),
      });
      const options = { drafter, prompt, rule: 'tokenwise', draftLength: 3, maximumTokens: 50, seed: passes };
      const { finishReason } = await generateText({
        ...options,
        target: cancelling,
        signal: controller.signal,
      });
      expect(finishReason).toBe('cancelled');
      const checked = compared(
        inner,
        () => create(),
        (draft, expected) => expect(draft).toEqual(expected),
      );
      // A text that shares a part of the prompt.
      await generateText({ ...options, target, drafter: checked, prompt: prompt.slice(0, 3 + passes) });
    }
    await inner.close();
  });

  test('waits a round where the target had read the prompt before, and drafts from then on', async () => {
    const sequence = target.createSequence();
    await target.forward([{ sequence, tokens: prompt.slice(0, -1), rows: 'none' }]);
    const drafter = create();
    const drafted: number[] = [];
    const options = { target, sequence, drafter, prompt, draftLength: 3, maximumTokens: 30 };
    for await (const event of generate(options)) {
      if (event.type === 'round-end') drafted.push(event.draftedCount);
    }
    expect(drafted[0]).toBe(0);
    expect(drafted.slice(1, -2).every((count) => count === 3)).toBe(true);
    sequence.close();
    await drafter.close();
  });

  test('drafts from the first round on where it is given the hidden states of what was read before', async () => {
    const held = prompt.slice(0, -2);
    const hiddenStates = await hiddenStateRows(target, held);
    let proposals = 0;
    const drafter = compared(
      create(),
      () => create(),
      (draft, expected) => {
        proposals += 1;
        expect(draft).toEqual(expected);
        expect(draft.tokens.length).toBeGreaterThan(0);
      },
    );
    // Over the same beginning again, and beginnings that end earlier.
    for (const length of [held.length, held.length, held.length - 3]) {
      const sequence = target.createSequence();
      await target.forward([{ sequence, tokens: held.slice(0, length), rows: 'none' }]);
      await generateText({
        target,
        sequence,
        drafter,
        prompt: prompt.slice(0, length + 1),
        hiddenStates: hiddenStates?.slice(0, length),
        rule: 'tokenwise',
        draftLength: 3,
        maximumTokens: 12,
        seed: length,
      });
      sequence.close();
    }
    expect(proposals).toBeGreaterThan(6);
    await drafter.close();
  });

  test.each(['priority', 'estimate', 'merge'] as const)(
    'stays in step in a combination by %s, whether it is asked or not',
    async (combination) => {
      for (const other of Object.values(forms)) {
        let proposals = 0;
        const head = compared(
          create(),
          () => create(),
          (draft, expected) => {
            proposals += 1;
            expect(draft).toEqual(expected);
            expect(draft.tokens.length).toBeGreaterThan(0);
          },
        );
        const drafters = [nowAndThen(), head, other()];
        const drafter = createCombinedDrafter({ drafters, combination });
        for (let seed = 0; seed < 6; seed++) {
          const options = { target, drafter, prompt: prompt.slice(seed), seed, maximumTokens: 40 };
          await generateText({
            ...options,
            rule: 'recursive-rejection',
            draftLength: lengthsInTurn(skipping),
          });
        }
        // By estimate others are asked before it, but for probes.
        expect(proposals).toBeGreaterThan(combination === 'estimate' ? 1 : 20);
        await drafter.close();
      }
    },
  );
});

test("a tree's distributions are those of chains along its paths", async () => {
  const head = createTableHead({ seed: 1, vocabularySize, attends: true, maximumPassEntries: 16 });
  const rows = await hiddenStateRows(target, prompt.slice(0, -1));
  const transform = createLogitsTransform({}, vocabularySize);
  const context = { promptLength: prompt.length, transform, shouldStop: undefined, signal: undefined };
  for (const widths of [
    [3, 2, 2],
    [1, 2, 1],
    [2, 1, 1, 1],
  ]) {
    const tree = { kind: 'static', widths } as const;
    const drafter = createEagleDrafter({ head, target, tree });
    const random = createRequestRandom({ seed: 4 }).round(prompt.length);
    const draft = await drafter.propose(
      { ...context, tokens: prompt, targetHiddenRows: rows, random },
      { maximumTokens: 30, maximumLeaves: 12, independentSiblings: true },
    );
    expect(new Set(draft.parents).size).toBeGreaterThan(widths.length - 1);
    for (const [node, { probabilities }] of draft.distributions.entries()) {
      const path = pathTokens(draft, draft.parents[node] as number);
      expect([...probabilities]).toEqual(await chainLaw(head, rows ?? [], path, transform));
    }
    await drafter.close();
  }
});

/** The head's law after some drafted tokens, step by step from a fresh sequence. */
async function chainLaw(
  head: HeadModel,
  rows: readonly Float32Array[],
  drafted: readonly number[],
  transform: LogitsTransform,
): Promise<number[]> {
  const sequence = head.createSequence();
  let result: ForwardResult | undefined;
  for (const [position, row] of rows.entries()) {
    result = await sequence.forward({
      tokens: [prompt[position + 1] as number],
      features: [row],
      featuresOf: 'target',
      positions: [position],
      rows: 'last',
    });
  }
  for (const [index, token] of drafted.entries()) {
    result = await sequence.forward({
      tokens: [token],
      features: [result?.hiddenStates?.[0] as Float32Array],
      featuresOf: 'head',
      positions: [rows.length + index],
      rows: 'last',
    });
  }
  sequence.close();
  const logits = (result as ForwardResult).logits.read(0);
  return [...transform.clone().apply(logits, [...prompt, ...drafted], 0).probabilities];
}

test('an EAGLE head that keeps the entries of its own steps is found out of step', async () => {
  const forgetful = (head: HeadModel): HeadModel => ({
    ...head,
    createSequence: () => {
      const sequence = head.createSequence();
      return { ...sequence, length: 0, doRollback() {} };
    },
  });
  let different = 0;
  const drafter = compared(
    forms['EAGLE']?.(forgetful) as Drafter,
    () => forms['EAGLE']?.() as Drafter,
    (draft, expected) => {
      if (JSON.stringify(draft.distributions) !== JSON.stringify(expected.distributions)) different += 1;
    },
  );
  await generateText({ target, drafter, prompt, rule: 'tokenwise', draftLength: 3, maximumTokens: 30 });
  expect(different).toBeGreaterThan(3);
});

test('a draft ends where the head has no more steps or positions', async () => {
  const lengths = async (drafter: Drafter): Promise<number> => {
    const { counters } = await generateText({ target, drafter, prompt, draftLength: 4, maximumTokens: 8 });
    return Math.max(...counters.draftedByPosition.map((count, index) => (count > 0 ? index + 1 : 0)));
  };
  const short = createTableHead({ seed: 2, vocabularySize, attends: false, maximumSteps: 2 });
  expect(await lengths(createMlpSpeculatorDrafter({ target, head: short }))).toBe(2);
  const narrow = createTableHead({
    seed: 2,
    vocabularySize,
    attends: true,
    contextLength: prompt.length + 1,
  });
  const drafter = createEagleDrafter({ target, head: narrow });
  const plain = await generateText({ target, prompt, sampling: { temperature: 0 }, maximumTokens: 20 });
  const { tokens, counters } = await generateText({
    target,
    drafter,
    prompt,
    sampling: { temperature: 0 },
    maximumTokens: 20,
    draftLength: 4,
  });
  expect(tokens).toEqual(plain.tokens);
  expect(counters.draftedByPosition[0]).toBeLessThan(4);
});

describe('refuses', () => {
  const head = createTableHead({ seed: 1, vocabularySize, attends: true });
  test('a head for other hidden states or another vocabulary, and says which', () => {
    const wide = createTableHead({ seed: 1, vocabularySize, attends: true, hiddenStateWidth: 5 });
    expect(() => createEagleDrafter({ head: wide, target })).toThrow(HeadMismatchError);
    expect(() => createEagleDrafter({ head: wide, target })).toThrow(/width 5.*table has 4/);
    const large = createTableHead({ seed: 1, vocabularySize: 4, attends: false });
    expect(() => createMlpSpeculatorDrafter({ head: large, target })).toThrow(HeadMismatchError);
    expect(() => createMlpSpeculatorDrafter({ head: large, target })).toThrow(
      /vocabulary of 4 tokens.*has 3/,
    );
  });

  test('a head of the other form', () => {
    expect(() => createMlpSpeculatorDrafter({ head, target })).toThrow(InvalidArgumentError);
    const mlp = createTableHead({ seed: 1, vocabularySize, attends: false });
    expect(() => createEagleDrafter({ head: mlp, target })).toThrow(InvalidArgumentError);
  });

  test('a target without hidden states, as the decode loop does', async () => {
    const capabilities = { ...target.capabilities, hiddenStateWidth: undefined };
    const blind = Object.create(target, { capabilities: { value: capabilities } }) as LanguageModel;
    expect(() => createEagleDrafter({ head, target: blind })).toThrow(UnsupportedError);
    const drafter = createEagleDrafter({ head, target });
    await expect(generateText({ target: blind, drafter, prompt })).rejects.toThrow(UnsupportedError);
  });
});
