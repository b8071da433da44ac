import type { CostCurve } from '@foretoken/core';
import Table from 'cli-table3';

/** What a round costs and gives by draft length, from measured costs and measured acceptance. */
export interface ArithmeticRow {
  readonly length: number;
  readonly roundMilliseconds: number;
  readonly expectedCommitted: number;
  /** Expected tokens per millisecond over plain decoding's. */
  readonly expectedGain: number;
}

/** @param acceptance conditional acceptance by position; beyond the last, its value. */
export function arithmeticRows(
  { lengths, milliseconds }: CostCurve,
  acceptance: readonly number[],
): ArithmeticRow[] {
  const plain = milliseconds[0] as number;
  return lengths.map((length, index) => {
    let survival = 1;
    let expectedCommitted = 1;
    for (let position = 0; position < length; position++) {
      survival *= acceptance[Math.min(position, acceptance.length - 1)] ?? 0;
      expectedCommitted += survival;
    }
    const roundMilliseconds = milliseconds[index] as number;
    const expectedGain = (expectedCommitted * plain) / roundMilliseconds;
    return { length, roundMilliseconds, expectedCommitted, expectedGain };
  });
}

export function arithmeticTable(rows: readonly ArithmeticRow[]): string {
  const best = rows.reduce((left, right) => (right.expectedGain > left.expectedGain ? right : left));
  const table = new Table({
    head: ['draft length', 'round ms', 'tokens per pass', 'expected against plain'],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    table.push([
      `${row.length}${row === best ? ' (best)' : ''}`,
      row.roundMilliseconds.toFixed(2),
      row.expectedCommitted.toFixed(2),
      `${row.expectedGain.toFixed(2)}x`,
    ]);
  }
  return table.toString();
}
