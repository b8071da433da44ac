import { InvalidArgumentError } from '@foretoken/core';
import { readText } from '../options/prompt-input.js';

/** A speed over plain decoding that foretoken bench measured with a plan, of all prompts together. */
export interface MeasuredSpeed {
  /** Tokens drafted a round, or as the controller chose. */
  readonly length: number | 'auto';
  /** Of every answer; undefined: the document does not say. */
  readonly tokens: number | undefined;
  readonly speedup: {
    readonly estimate: number;
    readonly lower: number;
    /** Null: too few prompts to bound it. */
    readonly upper: number | null;
  };
}

/**
 * The speeds of a document that `foretoken bench --plan FILE --json` printed.
 *
 * @throws InvalidArgumentError for another document, naming the file.
 */
export async function readMeasuredSpeeds(file: string): Promise<MeasuredSpeed[]> {
  const fail = (cause?: unknown): never => {
    throw new InvalidArgumentError(
      `${file} has no speeds by draft length: give what foretoken bench --plan ... --json printed.`,
      { cause },
    );
  };
  let document: {
    readonly engines?: unknown;
    readonly maxTokens?: unknown;
    readonly plan?: unknown;
  } | null;
  try {
    document = JSON.parse(await readText(file)) as typeof document;
  } catch (error) {
    if (error instanceof SyntaxError) return fail(error);
    throw error;
  }
  // Without a plan it is of drafters that this one may not have.
  if (document?.plan === undefined || document.plan === null) return fail();
  const engines = document.engines as readonly { readonly results?: unknown }[] | undefined;
  const results = Array.isArray(engines) ? engines.flatMap(({ results: ofEngine }) => ofEngine ?? []) : [];
  const tokens = typeof document?.maxTokens === 'number' ? document.maxTokens : undefined;
  const speeds: MeasuredSpeed[] = [];
  for (const { draftLength: length, comparison } of results as readonly BenchResult[]) {
    const { estimate, lower, upper } = comparison?.workload ?? {};
    if (typeof length !== 'number' && length !== 'auto') continue;
    if (typeof estimate !== 'number' || typeof lower !== 'number') continue;
    speeds.push({ length, tokens, speedup: { estimate, lower, upper: upper ?? null } });
  }
  return speeds.length > 0 ? speeds : fail();
}

interface BenchResult {
  readonly draftLength?: unknown;
  readonly comparison?: { readonly workload?: Partial<MeasuredSpeed['speedup']> };
}
