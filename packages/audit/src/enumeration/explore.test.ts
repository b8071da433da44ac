import { block, tokenwise } from '@foretoken/core';
import { enumerateJointLaw } from '@foretoken/core/testing';
import { describe, expect, test } from 'vitest';
import { sampledMutants } from '../mutants/index.js';
import { decodedLaw } from '../tables/audit-table.js';
import { tableBattery } from '../tables/table-battery.js';
import { enumerateLoop } from './enumerate-loop.js';
import { explore } from './explore.js';
import { totalVariation } from './law.js';

// Enumerations: nothing is sampled, so nothing has a false-alarm probability.
const third = { tokens: undefined, probabilities: Float64Array.of(1, 1, 1) };

describe('exploring a random procedure', () => {
  test('gives every answer its probability', () => {
    const law = explore((chance) => `${chance.accept(0.25)} ${chance.draw(third)}`);
    expect(law.size).toBe(6);
    expect(law.get('true 2')).toBeCloseTo(1 / 12, 12);
    expect(law.get('false 0')).toBeCloseTo(1 / 4, 12);
  });

  test('questions about one number have one number', () => {
    const law = explore((chance) => `${chance.accept(0.5, 'a')} ${chance.draw(third, 'a')}`);
    // Below one half lie the first third and half of the second.
    expect(law.get('true 0')).toBeCloseTo(1 / 3, 12);
    expect(law.get('true 1')).toBeCloseTo(1 / 6, 12);
    expect(law.get('false 2')).toBeCloseTo(1 / 3, 12);
    expect(law.has('true 2')).toBe(false);
  });
});

describe.each(tableBattery)('the enumerated loop on the table $name', (table) => {
  const [target, drawn] = [table.target, table.draft].map((law) => decodedLaw(law, table));
  const rules = [
    tokenwise,
    block,
    ...sampledMutants
      .filter(({ enumerated }) => Object.keys(enumerated).length === 1)
      .map(({ enumerated }) => enumerated.rule),
  ];

  test.each(rules)('agrees with the enumeration of rounds in core for $name', (rule) => {
    const count = 3;
    const rounds = enumerateJointLaw(
      rule,
      (history) => (target as NonNullable<typeof target>)([...table.prompt, ...history]),
      {
        drawn: (history) => (drawn as NonNullable<typeof drawn>)([...table.prompt, ...history]),
        length: (committed) => Math.min(table.draftLength, count - committed.length - 1),
      },
      count,
    );
    expect(totalVariation(enumerateLoop(table, rule, count), rounds)).toBeLessThan(1e-12);
  });
});

test('there are enough rules among the mutants for that to mean something', () => {
  expect(sampledMutants.length).toBeGreaterThanOrEqual(14);
});
