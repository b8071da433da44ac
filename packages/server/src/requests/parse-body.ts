import type { z } from 'zod';
import { RefusedRequestError } from '../http/refused-request-error.js';
import { firstProblem } from './first-problem.js';

/**
 * A request's body, checked.
 *
 * @throws RefusedRequestError for what is no JSON, and for the first field that is wrong, which it names.
 */
export function parseBody<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RefusedRequestError(
      `The body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      { status: 400, cause },
    );
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const { parameter, problem } = firstProblem(error);
  throw new RefusedRequestError(`${parameter ?? 'The body'}: ${problem}`, { status: 400, parameter });
}
