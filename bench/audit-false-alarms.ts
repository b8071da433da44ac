/**
 * False alarms: 2,000 audits of exact rules at alpha .01, each over all rules and drafters in turn and one table. At
 * most 40 may be rejected (20 expected; more than 40 have probability 2e-5). The randomised exact p-values of their
 * joint laws must be uniform (Kolmogorov-Smirnov p above 1e-3) and at most .01 in 5 to 40 audits.
 * Run: npx tsx bench/audit-false-alarms.ts (after npm run build); five minutes on a free core.
 */
import { auditOnTables, tableBattery } from '@foretoken/audit/mutants';
import { createRequestRandom, drafterFactories, verificationRules } from '@foretoken/core';
import { kolmogorovSmirnovTest, monteCarloGoodnessOfFitTest } from '@foretoken/stats';
import { writeResult } from './support/write-result.js';

const audits = 2000;
const alpha = 0.01;
const draws = 2000;
const simulations = 199;
const pairs = [...verificationRules.values()].flatMap((rule) =>
  [...drafterFactories.values()].map((drafter) => ({ rule, drafter })),
);
const pValues: number[] = [];
let alarms = 0;
let sequentialAlarms = 0;
for (let audit = 0; audit < audits; audit++) {
  const pair = pairs[audit % pairs.length] as (typeof pairs)[number];
  const table = tableBattery[Math.floor(audit / pairs.length) % tableBattery.length];
  if (table === undefined) throw new Error('The battery is empty.');
  const { verdict, audits: made } = await auditOnTables({
    ...pair,
    tables: [table],
    seed: 1_000_000 + audit,
    draws,
    alpha,
    confidence: 0.95,
    margin: 0.1,
  });
  if (verdict.outcome === 'not lossless') alarms += 1;
  const law = made[0]?.laws.at(-1);
  if (law === undefined) throw new Error('Nothing was drawn.');
  if (law.sequentialP <= alpha) sequentialAlarms += 1;
  const keyed = createRequestRandom({ seed: 2_000_000 + audit }).round(0);
  let asked = 0;
  // One counter has 2^22 numbers: the node takes what is above.
  const random = (): number => {
    asked += 1;
    return keyed.uniform('sample', 0, asked >> 20, asked & 0xfffff);
  };
  const { pValue } = monteCarloGoodnessOfFitTest(law.counts, law.probabilities, {
    random,
    draws: simulations,
  });
  pValues.push(pValue);
  if (audit % 100 === 99)
    console.log(
      `${audit + 1}: ${alarms} alarms, ${pValues.filter((p) => p <= alpha).length} exact p below ${alpha}`,
    );
}
const small = pValues.filter((pValue) => pValue <= alpha).length;
const uniform = kolmogorovSmirnovTest(pValues);
const holds = alarms <= 40 && small >= 5 && small <= 40 && uniform.pValue > 1e-3;
console.log({ alarms, sequentialAlarms, small, uniform, holds });
await writeResult('audit-false-alarms', {
  audits,
  alpha,
  drawsPerAudit: draws,
  alarms: { count: alarms, most: 40 },
  sequentialAlarms,
  exactPValues: {
    atMostAlpha: small,
    between: [5, 40],
    simulations,
    kolmogorovSmirnov: uniform,
    deciles: Array.from(
      { length: 10 },
      (_, decile) => pValues.filter((p) => Math.min(9, Math.floor(p * 10)) === decile).length,
    ),
  },
  holds,
});
process.exitCode = holds ? 0 : 1;
