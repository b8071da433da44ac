import { expect, test } from 'vitest';
import type { ForwardRequest } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import { measurePassCosts } from '../scheduling/measure-pass-costs.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import { measureRoundCosts } from './measure-round-costs.js';

/** A model whose passes take 3 + 2n + (what depends on the last length) on a clock of its own. */
function timedModel(changeOfLength = 0): { model: LanguageModel; clock: () => number } {
  let now = 0;
  let last = 1;
  const table = randomTable(1, 3, 'smooth');
  const model = createTableModel({ law: (history) => table(history.slice(-3)), vocabularySize: 3 });
  const forward = model.forward.bind(model);
  return {
    clock: () => now,
    model: Object.assign(model, {
      forward: (...parameters: Parameters<LanguageModel['forward']>) => {
        const { tokens } = parameters[0][0] as ForwardRequest;
        now += 3 + 2 * tokens.length + (tokens.length === last ? 0 : changeOfLength);
        last = tokens.length;
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

test('a round costs its pass, with what a change of length adds to it and to the plain round after it', async () => {
  const { model, clock } = timedModel(0.5);
  const curve = await measureRoundCosts({ target: model, lengths, clock, budget: 10_000 });
  expect(curve.lengths).toEqual(lengths);
  const expected = lengths.map((length) => 5 + 2 * length + (length === 0 ? 0 : 1));
  for (const [index, milliseconds] of curve.milliseconds.entries())
    expect(milliseconds).toBeCloseTo(expected[index] as number, 9);
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
  expect(passes.lengths).toEqual([1, 3, 8]);
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
