import { verificationRules } from '@foretoken/core';
import { describe, expect, test } from 'vitest';
import { enumerateLoop } from '../enumeration/enumerate-loop.js';
import { firstDifferentPosition, marginalLaw, totalVariation } from '../enumeration/law.js';
import { targetLaw } from '../tables/audit-table.js';
import { maskedBattery, maskedTreeTable, tableBattery, treeBattery } from '../tables/table-battery.js';
import { maskMutants, oneHotReport, oneHotTreeReport, sampledMutants, treeMutants } from './index.js';

// Enumerations: nothing is sampled, so nothing has a false-alarm probability.
const count = 3;
const tolerance = 1e-9;

const penalised = tableBattery.filter(({ name }) => name.startsWith('penalised'));

const tried = [
  ...sampledMutants.map((mutant) => ({ ...mutant, tables: penalised })),
  ...treeMutants.map((mutant) => ({ ...mutant, tables: treeBattery })),
  ...maskMutants.map((mutant) => ({ ...mutant, tables: maskedBattery })),
];

describe.each(tried)('$name', ({ enumerated, tables }) => {
  test.each(tables)('is at least .05 away on the table $name, up to its first wrong position', (table) => {
    const exact = targetLaw(table, count);
    const law = enumerateLoop(table, enumerated.rule, count, enumerated);
    const position = firstDifferentPosition(law, exact, count, tolerance);
    expect(position).toBeDefined();
    const [faulty, sound] = [law, exact].map((full) => marginalLaw(full, position as number));
    expect(totalVariation(faulty as Map<string, number>, sound as Map<string, number>)).toBeGreaterThan(0.05);
  });
});

describe.each([...tableBattery, ...maskedBattery])('on the table $name', (table) => {
  test.each([...verificationRules.values()])('the enumerated loop is exact with $name', (rule) => {
    expect(
      firstDifferentPosition(enumerateLoop(table, rule, count), targetLaw(table, count), count, 1e-12),
    ).toBe(undefined);
  });

  test('a soft draft that is reported as one-hot stays lossless', () => {
    const law = enumerateLoop(table, oneHotReport.rule, count, oneHotReport.enumerated);
    expect(firstDifferentPosition(law, targetLaw(table, count), count, 1e-12)).toBe(undefined);
  });
});

describe.each([...treeBattery, maskedTreeTable])('on the table $name', (table) => {
  const exact = targetLaw(table, count);

  test.each([...verificationRules.values()].filter(({ trees }) => trees))(
    'the enumerated loop is exact with $name',
    (rule) => {
      expect(firstDifferentPosition(enumerateLoop(table, rule, count), exact, count, 1e-12)).toBe(undefined);
    },
  );

  test('soft trees that are reported as one-hot stay lossless', () => {
    const law = enumerateLoop(table, oneHotTreeReport.rule, count, oneHotTreeReport.enumerated);
    expect(firstDifferentPosition(law, exact, count, 1e-12)).toBe(undefined);
  });
});
