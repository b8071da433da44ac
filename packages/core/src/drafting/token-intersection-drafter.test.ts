import { describe, expect, test, vi } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { Drafter } from '../contract/drafter.js';
import { createRequestRandom } from '../random/request-random.js';
import { createLogitsTransform } from '../sampling/create-logits-transform.js';
import type { SamplingSettings } from '../sampling/sampling-settings.js';
import { type EnumeratedGeneration, generationError } from '../testing/enumerate-generation.js';
import type { TableLaw } from '../testing/enumerate-joint-law.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import { textBytes } from '../testing/text-bytes.js';
import { verificationRules } from '../verification/rules.js';
import { sharedTokens } from './shared-tokens.js';
import { createTokenIntersectionDrafter } from './token-intersection-drafter.js';

vi.mock('../sampling/draw.js', async (importOriginal) => {
  const { exploredDraws } = await import('../testing/explored-draws.js');
  return exploredDraws(await importOriginal());
});

// Proofs by enumeration: nothing is sampled, so nothing has a false-alarm probability. The tables' seeds are fixed.
const tolerance = 1e-12;
const visible = 1e-3;
const targetTexts = ['a', 'b', 'ab'];
const draftTexts = ['b', 'aa', 'a', 'ba', ''];
const prompt = [0, 2, 1];
const law = randomTable(1, targetTexts.length, 'smooth');
const draftLaw = randomTable(2, draftTexts.length, 'smooth');
const target = createTableModel({
  law,
  vocabularySize: targetTexts.length,
  tokenBytes: textBytes(targetTexts),
  maximumSequences: 16,
});
const draftModel = (served: TableLaw) =>
  createTableModel({
    law: served,
    vocabularySize: draftTexts.length,
    tokenBytes: textBytes(draftTexts),
    maximumSequences: 16,
  });
const model = draftModel(draftLaw);
const tli = () => createTokenIntersectionDrafter({ model, target });

function error(createDrafter: () => Drafter, over: Partial<EnumeratedGeneration> = {}): Promise<number> {
  return generationError({ target, law, prompt, count: 3, createDrafter, ...over });
}

function propose(drafter: Drafter, tokens: readonly number[], sampling: SamplingSettings = {}) {
  const context: DraftContext = {
    tokens,
    promptLength: tokens.length,
    transform: createLogitsTransform(sampling, targetTexts.length),
    random: createRequestRandom({ seed: 1 }).round(tokens.length),
    targetHiddenRows: undefined,
    shouldStop: undefined,
    signal: undefined,
  };
  return drafter.propose(context, { maximumTokens: 3, maximumLeaves: 1 });
}

describe('the joint law of several rounds is the target law', () => {
  test.each([...verificationRules.keys()])('under %s', async (rule) => {
    expect(await error(tli, { rule })).toBeLessThan(tolerance);
  });

  test("with penalties and truncation, in the target's tokens", async () => {
    const sampling = { repetitionPenalty: 1.6, presencePenalty: 0.5, topP: 0.9 };
    expect(await error(tli, { rule: 'block', sampling })).toBeLessThan(tolerance);
  });
});

test('a token is drawn from the draft law of the tokens that both have, renormalised', async () => {
  const drafter = tli();
  const { tokens, distributions } = await propose(drafter, prompt);
  // The text aabb is aa, b, b to the draft; of its tokens a and b are the target's too.
  const text = [1, 0, 0];
  for (const [node, token] of tokens.entries()) {
    const { probabilities } = draftLaw(text);
    const [b, a] = [probabilities[0] as number, probabilities[2] as number];
    const reported = distributions[node]?.probabilities as Float64Array;
    for (const [index, expected] of [a / (a + b), b / (a + b), 0].entries())
      expect(reported[index]).toBeCloseTo(expected, 6);
    text.push(token === 0 ? 2 : 0);
  }
  expect(tokens).toHaveLength(3);
  await drafter.close();
});

test('growing text that is split otherwise rolls the draft back to the tokens that stayed', async () => {
  const forward = vi.spyOn(model, 'forward');
  const drafter = tli();
  const read = async (tokens: readonly number[]): Promise<readonly number[] | undefined> => {
    forward.mockClear();
    await propose(drafter, tokens, { temperature: 0 });
    return forward.mock.calls[0]?.[0][0]?.tokens;
  };
  // The draft splits b, ba, ba a, ba aa, ba aa ba: only what differs from the text before is read.
  expect(await read([1])).toEqual([0]);
  expect(await read([1, 0])).toEqual([3]);
  expect(await read([1, 0, 0])).toEqual([2]);
  expect(await read([1, 0, 0, 0])).toEqual([1]);
  expect(await read([1, 0, 0, 0, 1, 0])).toEqual([3]);
  forward.mockRestore();
  await drafter.close();
});

describe('there is no draft', () => {
  test('where no token of both vocabularies is possible', async () => {
    const alone: TableLaw = () => ({ tokens: Int32Array.of(1), probabilities: Float64Array.of(1) });
    const drafter = createTokenIntersectionDrafter({ model: draftModel(alone), target });
    expect((await propose(drafter, prompt)).tokens).toEqual([]);
    expect(
      await error(() => createTokenIntersectionDrafter({ model: draftModel(alone), target })),
    ).toBeLessThan(tolerance);
  });

  test('where a mask forbids all of them', async () => {
    const allowedTokens = { mask: () => Uint8Array.of(0, 0, 1) };
    expect((await propose(tli(), prompt, { allowedTokens })).tokens).toEqual([]);
  });

  test('where the text ends inside a character', async () => {
    const halves = (token: number) => Uint8Array.of(...([[0x61], [0xc3], [0xa9]][token] as number[]));
    const whole = createTableModel({ law, vocabularySize: 3, tokenBytes: halves });
    const drafter = createTokenIntersectionDrafter({ model: whole, target: whole });
    expect((await propose(drafter, [0, 1])).tokens).toEqual([]);
    expect((await propose(drafter, [0])).tokens).toHaveLength(3);
  });
});

describe('what the proof must find', () => {
  const reporting = (report: (reported: Distribution, token: number) => Distribution) => (): Drafter => {
    const drafter = tli();
    return {
      name: drafter.name,
      propose: async (context, budget) => {
        const draft = await drafter.propose(context, budget);
        const distributions = draft.distributions.map((reported, node) =>
          report(reported, draft.tokens[node] as number),
        );
        return { ...draft, distributions };
      },
      observe() {},
      close: () => drafter.close(),
    };
  };
  /** The share that the tokens of both vocabularies might have of the draft's law. */
  const share = 0.6;

  test("the law without renormalisation, whose rest is said to be the target's own token's", async () => {
    const wrong = reporting(({ tokens, probabilities }) => {
      const scaled = probabilities.map((probability) => probability * share);
      scaled[2] = 1 - share;
      return { tokens, probabilities: scaled };
    });
    for (const rule of ['tokenwise', 'block']) expect(await error(wrong, { rule })).toBeGreaterThan(visible);
  });

  test('the law without renormalisation as it is: a broken contract, named as such', async () => {
    const wrong = reporting(({ tokens, probabilities }) => ({
      tokens,
      probabilities: probabilities.map((probability) => probability * share),
    }));
    await expect(error(wrong)).rejects.toThrow(/sums to 0\.6/);
  });
});

describe('tokens of both vocabularies', () => {
  test("are paired by their bytes; tokens without any are nobody's", () => {
    const pairs = sharedTokens(target.tokenizer, model.tokenizer);
    expect([...pairs.target]).toEqual([0, 1]);
    expect([...pairs.draft]).toEqual([2, 0]);
  });

  test('of equal bytes the one that the tokenizer writes is taken', () => {
    const twins = createTableModel({ law, vocabularySize: 3, tokenBytes: textBytes(['a', 'b', 'a']) });
    const second = {
      ...twins.tokenizer,
      encode: (text: string) => Array.from(text, (letter) => (letter === 'a' ? 2 : 1)),
    };
    expect([...sharedTokens(twins.tokenizer, second).draft]).toEqual([2, 1]);
    expect([...sharedTokens(second, twins.tokenizer).target]).toEqual([2, 1]);
  });

  test('must be one at least', () => {
    const other = createTableModel({ law, vocabularySize: 3, tokenBytes: textBytes(['x', 'y', 'z']) });
    expect(() => createTokenIntersectionDrafter({ model: other, target })).toThrow(/No token of the draft/);
  });
});
