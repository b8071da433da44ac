/**
 * Every mutant against the audit's tables, with the default number of draws, in 20 seeds: whether it is found at alpha
 * 1e-6, and whether the position that is named is the first one at which enumeration says that it is wrong. Mutants of
 * trees are tried on tables of their own. The positive controls must pass. Run: npx tsx bench/audit-mutants.ts (after npm
 * run build); ten minutes on a free core.
 */
import {
  type AuditTable,
  auditOnTables,
  enumerateLoop,
  firstDifferentPosition,
  marginalLaw,
  type Mutant,
  oneHotReport,
  oneHotTreeReport,
  sampledMutants,
  tableBattery,
  tableDraws,
  targetLaw,
  totalVariation,
  treeBattery,
  treeMutants,
} from '@foretoken/audit/mutants';
import { type DrafterFactory, drafterFactories } from '@foretoken/core';
import { writeResult } from './support/write-result.js';

const seeds = 20;
const count = 3;
const alpha = 1e-6;
const drafter = drafterFactories.get('draft-model') as DrafterFactory;

/** Where the mutant first is wrong, and how far from the target it is there. */
function expectation({ enumerated }: Mutant, table: AuditTable) {
  const exact = targetLaw(table, count);
  const law = enumerateLoop(table, enumerated.rule, count, enumerated);
  const position = firstDifferentPosition(law, exact, count, 1e-9);
  const depth = position ?? count;
  return { position, totalVariation: totalVariation(marginalLaw(law, depth), marginalLaw(exact, depth)) };
}

const groups = [
  { tables: tableBattery, mutants: sampledMutants, control: oneHotReport },
  { tables: treeBattery, mutants: treeMutants, control: oneHotTreeReport },
];
const tried = groups.flatMap(({ tables, mutants, control }) =>
  [...mutants, control].map((mutant) => ({ mutant, tables, control: mutant === control })),
);
const results: object[] = [];
let missed = 0;
for (const { mutant, tables, control } of tried) {
  const expected = new Map(
    tables.map((table): [string, ReturnType<typeof expectation>] => [
      `table ${table.name}`,
      expectation(mutant, table),
    ]),
  );
  let found = 0;
  let rightlyNamed = 0;
  let namedTables = 0;
  let largestP = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const { rule, inject } = mutant;
    const { verdict } = await auditOnTables({
      rule,
      drafter,
      tables,
      inject,
      seed,
      alpha,
      draws: tableDraws,
      confidence: 0.95,
      margin: 0.1,
    });
    if (verdict.outcome === 'not lossless') found += 1;
    largestP = Math.max(largestP, Math.min(1, ...verdict.failures.map(({ pValue }) => pValue)));
    for (const { where, position } of verdict.failures) {
      // Only where the first wrong position is itself .05 off must it be the one that is found.
      const { totalVariation: distance = 0, position: first } = expected.get(where) ?? {};
      if (distance < 0.05) continue;
      namedTables += 1;
      if (position === first) rightlyNamed += 1;
    }
  }
  if (found !== (control ? 0 : seeds) || rightlyNamed !== namedTables) missed += 1;
  console.log(
    `${mutant.name}: found ${found} of ${seeds}, position right ${rightlyNamed} of ${namedTables}, largest adjusted p ${largestP.toExponential(1)}`,
  );
  results.push({
    mutant: mutant.name,
    kind: control ? 'positive control: must not be found' : 'mutant',
    found,
    seeds,
    rightlyNamed,
    namedTables,
    largestAdjustedP: largestP,
    tables: Object.fromEntries(expected),
  });
}
await writeResult('audit-mutants', {
  alpha,
  drawsPerTable: tableDraws,
  tables: { chains: tableBattery.length, trees: treeBattery.length },
  results,
});
process.exitCode = missed === 0 ? 0 : 1;
