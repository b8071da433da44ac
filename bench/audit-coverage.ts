/**
 * Honest bounds: 500 audits on tables whose total variation from the target is known by enumeration, of exact rules and
 * of mutants in turn. The confidence sequence at 95 % must cover it in at least 459 of them: a procedure that covers
 * with probability .95 fails that with probability 1e-3. It is read once, at its last draw.
 * Run: npx tsx bench/audit-coverage.ts (after npm run build); a minute on a free core.
 */
import {
  auditOnTables,
  enumerateLoop,
  type Mutant,
  oneHotReport,
  sampledMutants,
  tableBattery,
  targetLaw,
  totalVariation,
} from '@foretoken/audit/mutants';
import { type DrafterFactory, drafterFactories } from '@foretoken/core';
import { writeResult } from './support/write-result.js';

const runs = 500;
const draws = 2000;
const count = 3;
const confidence = 0.95;
const drafter = drafterFactories.get('draft-model') as DrafterFactory;
// Every other run is of something lossless, whose distance is 0.
const subjects: readonly Mutant[] = sampledMutants.flatMap((mutant) => [mutant, oneHotReport]);
let covered = 0;
let widths = 0;
const distances: number[] = [];
for (let run = 0; run < runs; run++) {
  const subject = subjects[run % subjects.length] as Mutant;
  const table = tableBattery[Math.floor(run / subjects.length) % tableBattery.length];
  if (table === undefined) throw new Error('The battery is empty.');
  const law = enumerateLoop(table, subject.enumerated.rule, count, subject.enumerated);
  const distance = totalVariation(law, targetLaw(table, count));
  const { rule, inject } = subject;
  const { audits } = await auditOnTables({
    rule,
    drafter,
    inject,
    confidence,
    draws,
    tables: [table],
    seed: 3_000_000 + run,
    alpha: 1e-6,
    margin: 0.1,
  });
  const interval = audits[0]?.laws.at(-1)?.interval;
  if (interval === undefined) throw new Error('Nothing was drawn.');
  if (interval.lower <= distance && distance <= interval.upper) covered += 1;
  else console.log(`run ${run}, ${subject.name}: ${distance} outside ${interval.lower} to ${interval.upper}`);
  widths += interval.upper - interval.lower;
  distances.push(distance);
}
console.log(`covered ${covered} of ${runs}, mean width ${(widths / runs).toFixed(3)}`);
await writeResult('audit-coverage', {
  runs,
  drawsPerRun: draws,
  confidence,
  covered,
  atLeast: 459,
  meanWidth: widths / runs,
  distances: { least: Math.min(...distances), most: Math.max(...distances) },
});
process.exitCode = covered >= 459 ? 0 : 1;
