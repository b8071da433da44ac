import type { z } from 'zod';

/** The first thing that is wrong, with its field (`messages.0.role`); undefined: the whole. */
export function firstProblem({ issues: [issue] }: z.ZodError): {
  readonly parameter: string | undefined;
  readonly problem: string | undefined;
} {
  return { parameter: issue?.path.join('.') || undefined, problem: issue?.message };
}
