import { passCost } from '@foretoken/core';
import Table from 'cli-table3';
import type { Calibration } from '../benchmark/calibrate.js';

const lengths = [0, 1, 2, 3, 4, 5, 7, 11, 15] as const;

/** What a round costs and gives by draft length, from measured costs and measured acceptance. */
export interface ArithmeticRow {
  readonly length: number;
  readonly targetMilliseconds: number;
  readonly draftMilliseconds: number;
  readonly expectedCommitted: number;
  /** Expected tokens per millisecond over plain decoding's. */
  readonly expectedGain: number;
}

/** @param acceptance conditional acceptance by position; beyond the last, its value. */
export function arithmeticRows(
  { targetCosts, draftCosts }: Calibration,
  acceptance: readonly number[],
): ArithmeticRow[] {
  const longest = targetCosts.lengths.at(-1) as number;
  const plain = passCost(targetCosts, 1);
  return lengths
    .filter((length) => length < longest)
    .map((length) => {
      let survival = 1;
      let expectedCommitted = 1;
      for (let position = 0; position < length; position++) {
        survival *= acceptance[Math.min(position, acceptance.length - 1)] ?? 0;
        expectedCommitted += survival;
      }
      const targetMilliseconds = passCost(targetCosts, length + 1);
      const draftMilliseconds =
        draftCosts === undefined || length === 0
          ? 0
          : passCost(draftCosts, 2) + (length - 1) * passCost(draftCosts, 1);
      const expectedGain = (expectedCommitted * plain) / (targetMilliseconds + draftMilliseconds);
      return { length, targetMilliseconds, draftMilliseconds, expectedCommitted, expectedGain };
    });
}

export function arithmeticTable(rows: readonly ArithmeticRow[]): string {
  const best = rows.reduce((left, right) => (right.expectedGain > left.expectedGain ? right : left));
  const table = new Table({
    head: ['draft length', 'target pass ms', 'drafting ms', 'tokens per pass', 'expected against plain'],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    table.push([
      `${row.length}${row === best ? ' (best)' : ''}`,
      row.targetMilliseconds.toFixed(2),
      row.draftMilliseconds.toFixed(2),
      row.expectedCommitted.toFixed(2),
      `${row.expectedGain.toFixed(2)}x`,
    ]);
  }
  return table.toString();
}
