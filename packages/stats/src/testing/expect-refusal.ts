import { expect } from 'vitest';
import { StatisticsError, type StatisticsErrorReason } from '../errors/statistics-error.js';

/** The call throws a StatisticsError with these fields; of `details`, only those that are given are compared. */
export function expectRefusal(
  call: () => unknown,
  reason: StatisticsErrorReason,
  argument: string,
  details: { readonly value?: unknown; readonly index?: number | string; readonly message?: RegExp } = {},
): void {
  const { message = /./, ...fields } = details;
  let error: unknown;
  try {
    call();
  } catch (caught) {
    error = caught;
  }
  expect(StatisticsError.isInstance(error), `nothing was refused for ${argument}`).toBe(true);
  expect(error).toMatchObject({ name: 'StatisticsError', reason, argument, ...fields });
  expect((error as StatisticsError).message).toMatch(message);
}
