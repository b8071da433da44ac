import { StatisticsError } from '../errors/statistics-error.js';

/** The number of a cell, 0 to cells - 1. */
export function requireCell(cell: number, cells: number, argument = 'cell'): void {
  if (!(Number.isInteger(cell) && cell >= 0 && cell < cells)) {
    throw new StatisticsError(
      `${argument} is ${String(cell)}; it must be an integer, 0 to ${cells - 1}, one of the ${cells} listed.`,
      { reason: 'mismatch', argument, value: cell },
    );
  }
}
