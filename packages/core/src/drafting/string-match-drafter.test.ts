import { describe, expect, test, vi } from 'vitest';
import type { DraftContext } from '../contract/draft-context.js';
import type { Drafter } from '../contract/drafter.js';
import { createRequestRandom } from '../random/request-random.js';
import { createLogitsTransform } from '../sampling/create-logits-transform.js';
import { oneHot } from '../sampling/draw.js';
import { type EnumeratedGeneration, generationError } from '../testing/enumerate-generation.js';
import type { TableLaw } from '../testing/enumerate-joint-law.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import { textBytes } from '../testing/text-bytes.js';
import { verificationRules } from '../verification/rules.js';
import { continuation, createStringMatchDrafter } from './string-match-drafter.js';

vi.mock('../sampling/draw.js', async (importOriginal) => {
  const { exploredDraws } = await import('../testing/explored-draws.js');
  return exploredDraws(await importOriginal());
});

// Proofs by enumeration: nothing is sampled, so nothing has a false-alarm probability. The tables' seeds are fixed.
const tolerance = 1e-12;
const visible = 1e-3;
const targetTexts = ['a', 'b', 'ab'];
const draftTexts = ['b', 'aa', 'a', 'ba'];
const prompt = [0, 2, 1];
const law = randomTable(1, targetTexts.length, 'smooth');
const target = createTableModel({
  law,
  vocabularySize: targetTexts.length,
  tokenBytes: textBytes(targetTexts),
  maximumSequences: 16,
});
const draftModel = (served: TableLaw, endTokens: readonly number[] = []) =>
  createTableModel({
    law: served,
    vocabularySize: draftTexts.length,
    tokenBytes: textBytes(draftTexts),
    maximumSequences: 16,
    contextLength: 24,
    endTokens,
  });
const model = draftModel(randomTable(2, draftTexts.length, 'smooth'));
const slem = () => createStringMatchDrafter({ model, target });
/** A draft model that writes its tokens in turn, whatever was before. */
const writes = (...tokens: number[]): TableLaw => {
  let written = 0;
  return () => oneHot(tokens[written++ % tokens.length] as number);
};

function error(createDrafter: () => Drafter, over: Partial<EnumeratedGeneration> = {}): Promise<number> {
  return generationError({ target, law, prompt, count: 3, createDrafter, ...over });
}

async function proposed(
  served: TableLaw,
  maximumTokens: number,
  endTokens?: number[],
): Promise<readonly number[]> {
  const context: DraftContext = {
    tokens: prompt,
    promptLength: prompt.length,
    transform: createLogitsTransform({}, targetTexts.length),
    random: createRequestRandom({ seed: 1 }).round(prompt.length),
    targetHiddenRows: undefined,
    shouldStop: undefined,
    signal: undefined,
  };
  const drafter = createStringMatchDrafter({ model: draftModel(served, endTokens), target });
  const { tokens, distributions } = await drafter.propose(context, { maximumTokens, maximumLeaves: 1 });
  expect(distributions).toEqual(tokens.map(oneHot));
  await drafter.close();
  return tokens;
}

test.each([...verificationRules.keys()])(
  'the joint law of several rounds is the target law, under %s',
  async (rule) => {
    for (const draftLength of [1, 2, 3])
      expect(await error(slem, { rule, draftLength })).toBeLessThan(tolerance);
    const sampling = { repetitionPenalty: 1.6, topP: 0.9 };
    expect(await error(slem, { rule, sampling })).toBeLessThan(tolerance);
  },
);

test('a guess that is reported with a probability fails the same proof', async () => {
  const soft = (): Drafter => {
    const drafter = slem();
    const half = (token: number) => {
      const probabilities = new Float64Array(targetTexts.length).fill(0.25);
      probabilities[token] = 0.5;
      return { tokens: undefined, probabilities };
    };
    return {
      name: drafter.name,
      propose: async (context, budget) => {
        const draft = await drafter.propose(context, budget);
        return { ...draft, distributions: draft.tokens.map(half) };
      },
      observe() {},
      close: () => drafter.close(),
    };
  };
  for (const rule of ['tokenwise', 'block']) expect(await error(soft, { rule })).toBeGreaterThan(visible);
});

describe("what the draft writes is proposed in the target's tokens", () => {
  test('which may be fewer or more than its own', async () => {
    // a b b: the target writes ab, b.
    expect(await proposed(writes(2, 0, 0), 2)).toEqual([2, 1]);
    // ba ba: the target writes b, ab, a; where two are asked for, the first ba is enough.
    expect(await proposed(writes(3), 3)).toEqual([1, 2, 0]);
    expect(await proposed(writes(3), 2)).toEqual([1, 0]);
  });

  test('up to the end token of the draft', async () => {
    expect(await proposed(writes(3, 0, 1), 8, [1])).toEqual([1, 2]);
    expect(await proposed(writes(1), 8, [1])).toEqual([]);
  });

  test("as far as the draft's context goes", async () => {
    const tokens = await proposed(writes(0), 60);
    // The prompt aabb is aa, b, b; the last token drafted is not read.
    expect(tokens).toHaveLength(24 - 3 + 1);
  });
});

describe('the continuation of a text', () => {
  const { tokenizer } = target;

  test('is split together with the last tokens', () => {
    expect(continuation(tokenizer, [1, 1], 'ab')).toEqual([2]);
  });

  test('is split alone where a token would reach over the seam', () => {
    // a + b is one token ab when written at once, but the a is committed.
    expect(continuation(tokenizer, [0], 'b')).toEqual([1]);
  });

  test('does not take what a tokenizer puts before every text', () => {
    const spaced = {
      ...tokenizer,
      encode: (text: string) => [3, ...tokenizer.encode(text)],
      tokenBytes: (token: number) => (token === 3 ? Uint8Array.of(32) : tokenizer.tokenBytes(token)),
    };
    expect(continuation(spaced, [1], 'ab')).toEqual([2]);
  });
});
