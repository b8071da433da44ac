import {
  drafterFactories,
  type DrafterFactory,
  type VerificationRule,
  verificationRules,
} from '@foretoken/core';
import { describe, expect, test } from 'vitest';
import { enumerateLoop } from '../enumeration/enumerate-loop.js';
import { firstDifferentPosition, totalVariation } from '../enumeration/law.js';
import {
  maskMutants,
  oneHotReport,
  oneHotTreeReport,
  sampledMutants,
  treeMutants,
} from '../mutants/index.js';
import { tableDraws } from '../run/plan-audit.js';
import { targetLaw } from './audit-table.js';
import { auditOnTables } from './audit-on-tables.js';
import { maskedBattery, maskedTreeTable, tableBattery, treeTable } from './table-battery.js';

// A slice of bench/audit-mutants.ts, bench/audit-false-alarms.ts and bench/audit-coverage.ts: the seeds are fixed.
const drafter = drafterFactories.get('draft-model') as DrafterFactory;
const [table] = tableBattery;
const [maskedTable] = maskedBattery;
if (table === undefined || maskedTable === undefined) throw new Error('The battery is empty.');
const tables = [table];
const shared = { drafter, tables, alpha: 1e-6, confidence: 0.95, margin: 0.1 };

const tried = [
  ...sampledMutants.map((mutant) => ({ mutant, name: mutant.name, on: table, draws: tableDraws })),
  ...treeMutants.map((mutant) => ({ mutant, name: mutant.name, on: treeTable, draws: tableDraws })),
  // They are .25 away: fewer draws than the default do.
  ...maskMutants.map((mutant) => ({ mutant, name: mutant.name, on: maskedTable, draws: 2000 })),
];

describe('every mutant is found at alpha 1e-6 with no more than the default number of draws', () => {
  test.each(tried)('$name', async ({ mutant: { rule, inject, enumerated }, on, draws }) => {
    const options = { ...shared, tables: [on], draws, seed: 1 };
    const { verdict, audits } = await auditOnTables({ ...options, rule, inject });
    expect(verdict.outcome).toBe('not lossless');
    const [failure] = verdict.failures;
    const exact = targetLaw(on, 3);
    const law = enumerateLoop(on, enumerated.rule, 3, enumerated);
    // Shorter beginnings are exact, and rejected with probability 1e-6 at most.
    expect(failure?.position).toBe(firstDifferentPosition(law, exact, 3, 1e-9));
    expect(failure?.evidence).toMatch(/^tokens .* came out \d+ times/);
    expect(failure?.cause).not.toBe('');
    // The interval misses the enumerated distance with probability .05 at most; the seed is fixed.
    const { interval } = audits[0]?.laws.at(-1) ?? {};
    const distance = totalVariation(law, exact);
    expect(interval?.lower).toBeLessThanOrEqual(distance);
    expect(interval?.upper).toBeGreaterThanOrEqual(distance);
  });
});

describe('what is lossless passes', () => {
  const lossless = [
    // With a drafter of chains, a rule that decides chains as another one does would repeat that one's draws.
    ...[...verificationRules.values()].flatMap((rule) =>
      [...drafterFactories.values()]
        .filter(({ trees }) => trees === true || rule.onChains === undefined)
        .map((factory) => ({
          name: `${rule.name}, ${factory.name}`,
          options: { rule, drafter: factory },
        })),
    ),
    { name: oneHotReport.name, options: { rule: oneHotReport.rule, inject: oneHotReport.inject } },
  ];
  test.each(lossless)('$name', async ({ options }) => {
    const { verdict } = await auditOnTables({ ...shared, ...options, draws: 4000, seed: 2 });
    // Rejected with probability 1e-6 at most; the bound is beyond the margin with about 1e-4 (power of the margin).
    expect(verdict).toMatchObject({ outcome: 'equivalent', exitCode: 0, failures: [] });
    expect(verdict.bounds[0]?.upper).toBeLessThan(0.1);
  });
});

describe('trees pass', () => {
  const trees = { ...shared, tables: [treeTable], draws: 4000, seed: 5 };
  const treeRules = [...verificationRules.values()].filter((rule) => rule.trees);
  const lossless = [
    ...treeRules.map((rule) => ({ name: rule.name, options: { rule } })),
    {
      name: oneHotTreeReport.name,
      options: { rule: oneHotTreeReport.rule, inject: oneHotTreeReport.inject },
    },
  ];

  test.each(lossless)('under $name', async ({ options }) => {
    const { verdict } = await auditOnTables({ ...trees, ...options });
    // Rejected with probability 1e-6 at most; the bound is beyond the margin with about 1e-4.
    expect(verdict).toMatchObject({ outcome: 'equivalent', failures: [] });
  });
});

describe('what is lossless passes under a mask, on chains and trees', () => {
  const masked = { ...shared, draws: 4000, seed: 6 };
  test.each([
    { name: 'block', on: maskedTable },
    { name: 'traversal', on: maskedTreeTable },
  ])('$name', async ({ name, on }) => {
    const rule = verificationRules.get(name) as VerificationRule;
    const { verdict } = await auditOnTables({ ...masked, rule, tables: [on] });
    // Rejected with probability 1e-6 at most; the bound is beyond the margin with about 1e-4.
    expect(verdict).toMatchObject({ outcome: 'equivalent', failures: [] });
  });
});

test('of 40 audits at alpha .01, few raise a false alarm', async () => {
  const rules = [...verificationRules.values()];
  let alarms = 0;
  for (let seed = 0; seed < 40; seed++) {
    const rule = rules[seed % rules.length] as (typeof rules)[number];
    const { verdict } = await auditOnTables({ ...shared, rule, draws: 1000, seed: 100 + seed, alpha: 0.01 });
    if (verdict.outcome === 'not lossless') alarms += 1;
  }
  // Binomial with 40 trials and probability .01: more than 5 have probability 3e-6.
  expect(alarms).toBeLessThanOrEqual(5);
});

const block = verificationRules.get('block') as NonNullable<ReturnType<typeof verificationRules.get>>;

test.each<[kind: string, broken: (probability: number) => number, message: RegExp]>([
  ['are not numbers', () => Number.NaN, /NaN/],
  ['are negative', (probability) => -probability, /has the probability -/],
  ['do not sum to 1', (probability) => 2 * probability, /sums to 2/],
])(
  'a drafter whose probabilities %s from some round on is named, and what was drawn before is kept',
  async (_, broken, message) => {
    let proposals = 0;
    const { verdict, audits } = await auditOnTables({
      ...shared,
      rule: block,
      draws: 1000,
      seed: 3,
      inject: (sound) => ({
        ...sound,
        createDrafter: async (models) => {
          const inner = await sound.createDrafter(models);
          return {
            name: 'breaking',
            observe: (outcome) => inner.observe(outcome),
            close: () => inner.close(),
            propose: async (context, budget) => {
              const draft = await inner.propose(context, budget);
              proposals += 1;
              if (proposals < 600) return draft;
              const distributions = draft.distributions.map(({ tokens, probabilities }) => ({
                tokens,
                probabilities: probabilities.map(broken),
              }));
              return { ...draft, distributions };
            },
          };
        },
      }),
    });
    expect(verdict).toMatchObject({ outcome: 'not enough evidence', exitCode: 3 });
    expect(verdict.missing[0]).toMatch(/block, draft-model, tables failed: InvalidDraftError/);
    expect(audits[0]?.error).toMatch(message);
    expect(audits[0]?.laws[0]?.count).toBeGreaterThan(100);
  },
);

test('nothing drawn is not enough evidence', async () => {
  const { verdict } = await auditOnTables({ ...shared, rule: block, draws: 0, seed: 3 });
  expect(verdict).toMatchObject({ outcome: 'not enough evidence', bounds: [{ draws: 0, upper: 1 }] });
});
