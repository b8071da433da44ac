import type { z } from 'zod';

/** Problems of a broken document that its error names. */
const mostProblems = 3;

export interface DocumentKind<Schema extends z.ZodType> {
  /** What its `format` says. */
  readonly format: string;
  readonly version: number;
  readonly schema: Schema;
  /** What no schema says, a line each, beginning with the place. Default: nothing. */
  readonly findContradictions?: (document: z.infer<Schema>) => string[];
  /** Makes the error; the problems of this file begin with the place in it. */
  readonly fail: (problem: string, cause: unknown) => Error;
}

/** A document from the text of a file; throws what `fail` makes, saying which field is wrong. */
export function parseDocument<Schema extends z.ZodType>(
  text: string,
  kind: DocumentKind<Schema>,
): z.infer<Schema> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw kind.fail(`it is not JSON (${(error as Error).message})`, error);
  }
  const { format, version } = (document ?? {}) as { format?: unknown; version?: unknown };
  if (format === kind.format && version !== kind.version) {
    throw kind.fail(
      `version: it is ${JSON.stringify(version)}, and this program reads version ${kind.version}`,
      undefined,
    );
  }
  const { success, data, error } = kind.schema.safeParse(document);
  if (!success) {
    throw kind.fail(
      listed(error.issues.map(({ path, message }) => `${path.join('.') || 'the document'}: ${message}`)),
      error,
    );
  }
  const problems = kind.findContradictions?.(data) ?? [];
  if (problems.length > 0) throw kind.fail(listed(problems), undefined);
  return data;
}

function listed(problems: readonly string[]): string {
  const more = problems.length > mostProblems ? ` and ${problems.length - mostProblems} more` : '';
  return `${problems.slice(0, mostProblems).join('; ')}${more}`;
}
