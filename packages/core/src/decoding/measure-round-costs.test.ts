import { describe, expect, test } from 'vitest';
import type { ForwardRequest } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import { createModelDrafter } from '../drafting/model-drafter.js';
import { measurePassCosts } from '../scheduling/measure-pass-costs.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel, type TableModelOptions } from '../testing/table-model.js';
import { type MeasureRoundCostsOptions, measureRoundCosts } from './measure-round-costs.js';

/** A model whose passes take 3 + 2n + (what depends on the last length, or on how many there were) on a clock of its own. */
function timedModel(changeOfLength = 0, more: Partial<TableModelOptions> = {}, later = (_pass: number) => 0) {
  // Clocks do not start at 0.
  let now = 1e9;
  let last = 1;
  const table = randomTable(1, 3, 'smooth');
  const model = createTableModel({ law: (history) => table(history.slice(-3)), vocabularySize: 3, ...more });
  const forward = model.forward.bind(model);
  /** Tokens of every pass that had rows. */
  const widths: number[] = [];
  return {
    clock: () => now,
    widths,
    model: Object.assign(model, {
      forward: (...parameters: Parameters<LanguageModel['forward']>) => {
        const { tokens, rows } = parameters[0][0] as ForwardRequest;
        now += 3 + 2 * tokens.length + (tokens.length === last ? 0 : changeOfLength);
        last = tokens.length;
        if (rows !== 'none') now += later(widths.push(tokens.length) - 1);
        return forward(...parameters);
      },
    }),
  };
}

const lengths = [0, 1, 3, 7, 15];

test('a pass costs what the clock says', async () => {
  const { model, clock } = timedModel();
  const curve = await measurePassCosts(model, { clock, lengths: [1, 2, 4], budget: 2000 });
  expect(curve).toEqual({ lengths: [1, 2, 4], milliseconds: [5, 7, 11], contextTokens: 64 });
});

// Was wrong: with 64 tokens in the cache a context of 64 had no room for a pass, and that was thrown.
test.each([2, 16, 64, 65])('a context of %i tokens has passes in its second half', async (contextLength) => {
  const { model, clock } = timedModel(0, { contextLength });
  const curve = await measurePassCosts(model, { clock, lengths: [1, 2, 4, 64], budget: 1e6 });
  expect(curve.contextTokens).toBe(Math.min(64, contextLength >> 1));
  expect(curve.lengths).toEqual([1, 2, 4, 64].filter((length) => length <= contextLength >> 1));
});

// Four of 64 tokens took a third of the budget of a model of 100 ms a token, and three lengths were all that was measured.
test('passes of one length have turns of four, long ones of two', async () => {
  const { model, clock, widths } = timedModel();
  const passLengths = [1, 8, 100];
  await measurePassCosts(model, { clock, lengths: passLengths, budget: 1e6 });
  const sweep = [1, 1, 1, 1, 8, 8, 8, 8, 100, 100];
  expect(widths).toEqual([1, ...Array.from({ length: 12 }, () => sweep).flat()]);
});

// The one pass that a clock's jump ended the budget in was all that was known of its length, and no later run measured it again.
test('a turn that the end of the budget cuts short does not count', async () => {
  const { model, clock } = timedModel(0, {}, (pass) => (pass === 17 ? 1e6 : 0));
  // A pass that warms up, and four turns of four: then the jump, in the first pass over three tokens.
  const curve = await measurePassCosts(model, { clock, lengths: [1, 2, 3, 4, 8], budget: 1000 });
  expect(curve).toMatchObject({ lengths: [1, 2, 4, 8], milliseconds: [5, 7, 11, 19] });
});

test('a round costs its pass, with what a change of length adds to it and to the plain round after it', async () => {
  const { model, clock } = timedModel(0.5);
  const curve = await measureRoundCosts({ target: model, lengths, clock, budget: 10_000 });
  expect(curve.lengths).toEqual(lengths);
  const expected = lengths.map((length) => 5 + 2 * length + (length === 0 ? 0 : 1));
  for (const [index, milliseconds] of curve.milliseconds.entries())
    expect(milliseconds).toBeCloseTo(expected[index] as number, 9);
});

// As the rounds of a fixed length are: measured among plain ones, drafts of the embedded pair seemed a sixth too dear.
test('in a row a round costs its pass alone', async () => {
  const { model, clock, widths } = timedModel(0.5);
  const curve = await measureRoundCosts({
    target: model,
    lengths: [0, 3],
    clock,
    budget: 10_000,
    inARow: true,
  });
  expect(curve.milliseconds).toEqual([5, 11]);
  expect(widths.slice(6, 6 + 14)).toEqual([...turn(0, 8), ...new Array<number>(6).fill(4)]);
});

/** Widths of the target's passes: `times` rounds that draft `length` tokens, each with a plain round after it. */
const turn = (length: number, times: number): number[] =>
  Array.from({ length: times }, () => (length === 0 ? [1] : [length + 1, 1])).flat();

test('lengths take turns, coarse to fine, of at least six samples and 40 ms, after a turn that does not count', async () => {
  const { model, clock, widths } = timedModel();
  await measureRoundCosts({ target: model, lengths: [0, 1, 3], clock, budget: 1e6 });
  // A plain round takes 5 ms, so eight fill the turn; with a drafted one before it at least 12.
  const sweep = [...turn(0, 8), ...turn(3, 6), ...turn(1, 6)];
  expect(widths).toEqual([...turn(1, 6), ...Array.from({ length: 12 }, () => sweep).flat()]);
});

test('a turn ends past its share of the budget, half of it over the lengths, and the last sweep where it is spent', async () => {
  const { model, clock, widths } = timedModel();
  // A prompt of one token takes 5 ms. A share of 14: three plain rounds, or two that take 12 together with the plain ones.
  await measureRoundCosts({ target: model, lengths: [0, 1], clock, budget: 56, promptLength: 1 });
  // 5 + 24 + 15 + 24 = 68 are past the budget after the first sweep.
  expect(widths).toEqual([...turn(1, 2), ...turn(0, 3), ...turn(1, 2)]);
});

test('the first half of a turn does not count', async () => {
  // Six rounds before a turn of six plain rounds, of which the last three take 10 more.
  const slow = (pass: number): number => (pass >= 12 && pass % 6 >= 3 ? 10 : 0);
  const { model, clock, widths } = timedModel(0, {}, slow);
  const curve = await measureRoundCosts({ target: model, lengths: [0], clock, budget: 1e6 });
  expect(widths).toEqual([...turn(1, 6), ...turn(0, 12 * 6)]);
  expect(curve.milliseconds).toEqual([15]);
});

describe('the lengths that are measured', () => {
  const measured = async (
    more: Partial<TableModelOptions>,
    given: Partial<MeasureRoundCostsOptions> = {},
  ) => {
    const { model, clock } = timedModel(0, more);
    const curve = await measureRoundCosts({ target: model, lengths, clock, budget: 1e6, ...given });
    // Its sequence is closed.
    for (let index = 0; index < model.capabilities.maximumSequences; index++) model.createSequence();
    return curve;
  };

  test('leave room for the last committed token in a pass', async () => {
    expect((await measured({ maximumPassTokens: 4 })).lengths).toEqual([0, 1, 3]);
    expect((await measured({ maximumPassTokens: 3 })).lengths).toEqual([0, 1]);
  });

  test('leave room for the prompt and the last committed token in the context, of which the prompt fills half', async () => {
    expect(await measured({ contextLength: 8 })).toMatchObject({ lengths: [0, 1, 3], contextTokens: 4 });
    expect(await measured({ contextLength: 7 }, { promptLength: 9 })).toMatchObject({
      lengths: [0, 1, 3],
      contextTokens: 3,
    });
    expect(await measured({ contextLength: 8 }, { promptLength: 5 })).toMatchObject({ contextTokens: 4 });
    expect(await measured({ contextLength: 2 })).toEqual({
      lengths: [0],
      milliseconds: [5],
      contextTokens: 1,
    });
  });

  test('are those that the drafter goes to', async () => {
    const target = timedModel().model;
    const drafter = Object.assign(createModelDrafter({ model: target, target }), { maximumLength: 3 });
    expect((await measured({}, { drafter })).lengths).toEqual([0, 1, 3]);
  });

  test('the prompt is 48 tokens where the caller says nothing else, and what the caller says', async () => {
    expect((await measured({})).contextTokens).toBe(48);
    expect((await measured({}, { promptLength: 20 })).contextTokens).toBe(20);
  });

  test('are measured past end tokens', async () => {
    expect((await measured({ endTokens: [0, 1, 2] })).lengths).toEqual(lengths);
  });
});

test('rounds are those of the settings: rule, sampling and signal', async () => {
  const { model, clock } = timedModel();
  const asked = { target: model, lengths, clock, budget: 100 };
  await expect(measureRoundCosts({ ...asked, rule: 'nonsense' })).rejects.toThrow(/nonsense/);
  await expect(measureRoundCosts({ ...asked, sampling: { temperature: -1 } })).rejects.toThrow(/temperature/);
  const controller = new AbortController();
  let calls = 0;
  const cancelling = (): number => {
    if (++calls === 40) controller.abort('enough');
    return clock();
  };
  const run = measureRoundCosts({ ...asked, clock: cancelling, budget: 1e6, signal: controller.signal });
  await expect(run).rejects.toBe('enough');
  expect(calls).toBeLessThan(100);
});

// Costs below 0 came out, and the profile that kept them could not be read again.
test('plain rounds that were disturbed make no round cost less than a plain one', async () => {
  const { model, clock } = timedModel(-4);
  const forward = model.forward.bind(model);
  let disturbance = 0;
  let last = 0;
  const disturbed = Object.assign(model, {
    forward: (...parameters: Parameters<LanguageModel['forward']>) => {
      const { tokens } = parameters[0][0] as ForwardRequest;
      if (tokens.length === 1 && last === 1) disturbance += 50;
      last = tokens.length;
      return forward(...parameters);
    },
  });
  const curve = await measureRoundCosts({
    target: disturbed,
    lengths,
    clock: () => clock() + disturbance,
    budget: 10_000,
  });
  expect(curve.milliseconds[0]).toBeCloseTo(55, 9);
  expect(curve.milliseconds).toEqual(curve.milliseconds.toSorted((left, right) => left - right));
});

test('where the budget is spent at once, both ends and the middle are still measured', async () => {
  const { model, clock } = timedModel();
  const curve = await measureRoundCosts({ target: model, lengths, clock, budget: 0 });
  expect(curve.lengths).toEqual([0, 3, 15]);
  const passes = await measurePassCosts(model, { clock, lengths: [1, 2, 3, 4, 8], budget: 0 });
  expect(passes.lengths).toEqual([1, 4, 8]);
});

test('a long prefix is read only as far as a quarter of the budget goes', async () => {
  const { model, clock } = timedModel();
  const start = clock();
  // Pieces of 16 tokens take 35 each: two of eight are begun in a quarter of 200.
  await measureRoundCosts({ target: model, lengths: [0], clock, budget: 200, promptLength: 120 });
  expect(clock() - start).toBeLessThan(300);
});

// Failed with "A request needs at least one token", which said nothing of the context.
test('a context of one token is refused by name', async () => {
  const table = randomTable(1, 3, 'smooth');
  const target = createTableModel({ law: () => table([]), vocabularySize: 3, contextLength: 1 });
  await expect(measureRoundCosts({ target, lengths, clock: () => 0, budget: 1 })).rejects.toThrow(
    /context of 1 token has no room to draft/,
  );
});
