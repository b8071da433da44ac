import {
  block,
  type Drafter,
  type DrafterFactory,
  drafterFactories,
  InvalidArgumentError,
  type LanguageModel,
  RowLogits,
  tokenwise,
  verificationRules,
} from '@foretoken/core';
import {
  createTableHeads,
  createTableModel,
  literalDifference,
  randomTable,
  type TableLaw,
} from '@foretoken/core/testing';
import { describe, expect, test } from 'vitest';
import { withDraftFaults } from '../mutants/draft-faults.js';
import { wrapModel } from '../subject/wrapped-model.js';
import type { AuditEngine, AuditOptions } from './audit-options.js';
import { runAudit } from './run-audit.js';

const vocabularySize = 12;
function shortMemory(seed: number): TableLaw {
  const table = randomTable(seed, vocabularySize, 'smooth');
  return (history) => table(history.slice(-4));
}
function model(seed: number, tokens: number = vocabularySize): LanguageModel {
  return createTableModel({ law: shortMemory(seed), vocabularySize: tokens, maximumSequences: 8 });
}
const heads = createTableHeads(vocabularySize);
function engine(name: string, target: LanguageModel = model(5)): AuditEngine {
  return { name, models: { target, draft: model(6), heads } };
}
const texts = ['abcdefabcdeghijk', 'labkcidjehfgabcd', 'dcbadcbaefghijkl', 'hgfedcbalkjihgfe'];
const rules = [...verificationRules.values()];
const drafters = [...drafterFactories.values()];
const draftModel = drafterFactories.get('draft-model') as DrafterFactory;
/** Time enough for every step, however slow the machine. */
const ampleSeconds = 600;
const one: AuditOptions = {
  rules: [block],
  drafters: [draftModel],
  engines: [engine('table')],
  texts,
  budget: ampleSeconds,
};

describe('the verdict', () => {
  test('is equivalent for what is lossless, with a bound for every part', async () => {
    const fractions: number[] = [];
    const report = await runAudit({
      ...one,
      seed: 4,
      onProgress: ({ fraction }) => fractions.push(fraction),
    });
    // Wrong with probability 1e-6 for a rejection; 1e-4 or so for a bound beyond the margin. The seed is fixed.
    expect(report.verdict).toMatchObject({ outcome: 'equivalent', exitCode: 0, failures: [], missing: [] });
    expect(report.verdict.summary).toMatch(/lower bound/);
    // Three tables, three orders with rows reused, three orders of own passes.
    expect(report.verdict.bounds).toHaveLength(9);
    const laws = report.tables.reduce((sum, table) => sum + table.laws.length, 0);
    const places = report.engines[0]?.audits.reduce(
      (sum, audit) => sum + audit.places.length + (audit.firstToken === undefined ? 0 : 1),
      0,
    );
    expect(report.verdict.tests).toBe(laws + (places ?? 0));
    expect(report.engines[0]?.greedy[0]).toMatchObject({ identical: 3, count: 3 });
    expect(fractions.toSorted((left, right) => left - right)).toEqual(fractions);
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({ verdict: { outcome: 'equivalent' } });
  });

  test('is not lossless for a wrong rule, and says that it is the rule', async () => {
    const { verdict } = await runAudit({ ...one, rules: [literalDifference], engines: [] });
    expect(verdict).toMatchObject({ outcome: 'not lossless', exitCode: 1 });
    expect(verdict.failures.map(({ layer }) => layer)).toEqual(['enumeration', 'tables', 'tables', 'tables']);
    expect(verdict.failures[0]).toMatchObject({ subject: 'literal difference', position: 1 });
    for (const { cause } of verdict.failures) expect(cause).toMatch(/the rule itself/);
  });

  test('is not lossless for a drafter that misreports, and says that it is the drafter', async () => {
    const faulty: DrafterFactory = {
      name: 'faulty',
      needsDraftModel: true,
      create: (parts) =>
        withDraftFaults(draftModel.create(parts), {
          drawn: ({ tokens, probabilities }) => {
            const squares = probabilities.map((probability) => probability ** 3);
            const sum = squares.reduce((total, square) => total + square, 0);
            return { tokens, probabilities: squares.map((square) => square / sum) };
          },
          reported: (soft) => soft,
        }),
    };
    const { verdict } = await runAudit({ ...one, drafters: [faulty] });
    expect(verdict).toMatchObject({ outcome: 'not lossless', exitCode: 1 });
    expect(verdict.failures[0]).toMatchObject({
      layer: 'tables',
      subject: 'block, faulty, tables',
      position: 1,
    });
    expect(verdict.failures[0]?.cause).toMatch(/^the drafter draws from another distribution/);
    const onEngine = verdict.failures.find(({ layer }) => layer === 'rows reused');
    expect(onEngine?.token).toBeDefined();
    expect(onEngine?.prefix).toBeTypeOf('string');
  });

  test('is not lossless for an engine that rolls back wrongly, and says that it is the engine', async () => {
    const wrong = wrapModel(model(5), { rollbackTo: (wanted, length) => Math.min(length, wanted + 1) });
    const { verdict } = await runAudit({ ...one, rules: [tokenwise], engines: [engine('table', wrong)] });
    expect(verdict).toMatchObject({ outcome: 'not lossless', exitCode: 1 });
    const layers = new Set(verdict.failures.map(({ layer }) => layer));
    expect(layers.has('tables')).toBe(false);
    expect(layers.has('rows reused')).toBe(false);
    const own = verdict.failures.find(({ layer }) => layer === 'own passes');
    expect(own?.cause).toMatch(/the engine's state/);
  });

  test('is not enough evidence where it is cancelled, or the margin is too narrow for the time', async () => {
    const controller = new AbortController();
    const report = await runAudit({
      ...one,
      signal: controller.signal,
      onProgress: ({ fraction }) => {
        if (fraction > 0.1) controller.abort();
      },
    });
    expect(report).toMatchObject({
      cancelled: true,
      verdict: { outcome: 'not enough evidence', exitCode: 3 },
    });
    expect(report.tables.length).toBeGreaterThan(0);
    const narrow = await runAudit({ ...one, engines: [], margin: 0.001, budget: 1.5 });
    expect(narrow.verdict).toMatchObject({ outcome: 'not enough evidence', exitCode: 3 });
    expect(narrow.verdict.missing[0]).toMatch(/bounds are not below the margin 0.001/);
    expect(narrow.cutShort.length).toBeGreaterThan(0);
  });
});

// Was wrong: it was equivalent by the tables alone, since of nothing planned nothing was missing.
test('an engine that none of the drafters can draft on is no evidence', async () => {
  const bare = { name: 'without a draft', models: { target: model(5), draft: undefined, heads } };
  const { verdict, engines } = await runAudit({ ...one, engines: [bare] });
  expect(engines).toEqual([]);
  expect(verdict).toMatchObject({ outcome: 'not enough evidence', exitCode: 3 });
  expect(verdict.missing).toEqual([expect.stringContaining('nothing was drawn on without a draft')]);
});

test('rules that take trees are drawn with trees, and on chains unless another audited rule decides those', async () => {
  const subjects = async (names: readonly string[]): Promise<string[]> => {
    const audited = rules.filter(({ name }) => names.includes(name));
    const report = await runAudit({
      ...one,
      rules: audited,
      engines: [],
      budget: 1,
    });
    expect(report.proofs.every(({ holds }) => holds)).toBe(true);
    return [...new Set(report.tables.map(({ subject }) => subject))];
  };
  expect(await subjects(['tokenwise', 'k-seq'])).toEqual([
    'tokenwise, draft-model, tables',
    'k-seq, trees, tables',
  ]);
  expect(await subjects(['recursive-rejection'])).toEqual([
    'recursive-rejection, draft-model, tables',
    'recursive-rejection, trees, tables',
  ]);
});

test('an engine is audited with every rule and every drafter, and with full in every combination', async () => {
  // The others decide chains as `tokenwise` does: they are combined with drafters of trees only.
  const distinct = rules.filter(({ onChains }) => onChains === undefined);
  const onTrees = rules.length - distinct.length;
  const treeDrafters = drafters.filter(({ trees }) => trees === true);
  expect(treeDrafters).toHaveLength(1);
  const names = async (full: boolean): Promise<Set<string>> => {
    const report = await runAudit({
      rules,
      drafters,
      engines: [engine('one'), engine('two')],
      texts,
      full,
      budget: 4,
    });
    return new Set(report.engines.flatMap(({ audits }) => audits.map(({ subject }) => subject)));
  };
  const covering = await names(false);
  const pairs = new Set(
    [...covering].flatMap((name) => {
      const [rule, drafter, on] = name.split(', ') as [string, string, string];
      return [`${rule} ${on}`, `${drafter} ${on}`];
    }),
  );
  expect(distinct.length).toBeLessThan(rules.length);
  expect(pairs.size).toBe(2 * rules.length + 2 * drafters.length);
  // One combination for every drafter, and the drafter of trees once more for every rule that takes only trees.
  expect(covering.size).toBeLessThanOrEqual(2 * (drafters.length + onTrees));
  expect((await names(true)).size).toBe(2 * rules.length * drafters.length);
});

test('drafters whose model or head an engine lacks are left out there', async () => {
  const { target } = engine('bare').models;
  const report = await runAudit({
    ...one,
    drafters,
    engines: [{ name: 'bare', models: { target } }],
    budget: 3,
  });
  const audited = new Set(report.engines[0]?.audits.map(({ subject }) => subject.split(', ')[1]));
  const without = drafters.filter(
    ({ needsDraftModel, needsHead }) => !needsDraftModel && needsHead === undefined,
  );
  expect(audited).toEqual(new Set(without.map(({ name }) => name)));
  expect(report.engines[0]?.errors).toEqual([]);
});

describe('what goes wrong is kept in the report', () => {
  /** What goes wrong on the engine does so at once: the tables before it need no draws. */
  const soon = { ...one, budget: 1 };

  test('a draft model of another vocabulary', async () => {
    const models = { target: model(5), draft: model(6, vocabularySize - 1) };
    const { verdict, engines } = await runAudit({ ...soon, engines: [{ name: 'table', models }] });
    expect(verdict).toMatchObject({ outcome: 'not enough evidence', exitCode: 3 });
    expect(engines[0]?.errors[0]).toMatch(/VocabularyMismatchError: .*12 tokens against 11/);
  });

  test('an engine whose logits are not numbers', async () => {
    const broken = wrapModel(model(5), {
      onForward: (_, results) =>
        results.map(({ logits, hiddenStates }) => {
          const rows = Array.from({ length: logits.rowCount }, (__, row) =>
            logits.read(row).fill(Number.NaN),
          );
          return { hiddenStates, logits: new RowLogits(rows, vocabularySize) };
        }),
    });
    const { verdict, engines, tables } = await runAudit({ ...soon, engines: [engine('table', broken)] });
    expect(verdict).toMatchObject({ outcome: 'not enough evidence', exitCode: 3 });
    expect(engines[0]?.errors[0]).toMatch(/NonFiniteLogitsError/);
    expect(tables).toHaveLength(3);
  });

  test('a drafter that throws', async () => {
    const throwing: DrafterFactory = {
      name: 'throwing',
      needsDraftModel: true,
      create: (parts) => {
        const inner = draftModel.create(parts);
        let proposals = 0;
        const drafter: Drafter = {
          name: 'throwing',
          observe: (outcome) => inner.observe(outcome),
          close: () => inner.close(),
          propose: (context, draftBudget) => {
            proposals += 1;
            if (proposals > 900) throw new InvalidArgumentError('The index is lost.');
            return inner.propose(context, draftBudget);
          },
        };
        return drafter;
      },
    };
    const { verdict, tables } = await runAudit({ ...one, drafters: [throwing] });
    expect(verdict).toMatchObject({ outcome: 'not enough evidence', exitCode: 3 });
    expect(verdict.missing[0]).toMatch(/throwing.* failed: InvalidArgumentError: The index is lost/);
    expect(tables[0]?.laws[0]?.count).toBeGreaterThan(100);
  });
});

test.each<[option: string, options: Partial<AuditOptions>, message: RegExp]>([
  ['alpha', { alpha: 0 }, /alpha/],
  ['margin', { margin: 1 }, /margin/],
  ['confidence', { confidence: Number.NaN }, /confidence/],
  ['budget', { budget: 0 }, /budget/],
  ['seed', { seed: 1.5 }, /seed/],
  ['temperature', { sampling: { temperature: 0 } }, /temperature 0/],
  ['topP', { sampling: { topP: 2 } }, /topP/],
  ['rules', { rules: [] }, /rules is empty/],
  [
    'sequences',
    {
      engines: [
        engine('few', createTableModel({ law: shortMemory(1), vocabularySize, maximumSequences: 3 })),
      ],
    },
    /maximumSequences/,
  ],
])('an unusable %s is refused before anything runs', async (_, options, message) => {
  await expect(runAudit({ ...one, ...options })).rejects.toThrow(message);
});
