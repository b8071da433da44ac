import { readFile } from 'node:fs/promises';
import { PlanFileError } from '../errors/plan-file-error.js';
import { PlanMismatchError } from '../errors/plan-mismatch-error.js';
import { hashModelFile } from '../profile/hash-model-file.js';
import type { ProfileContext } from '../profile/find-differences.js';
import { findPlanDifferences } from './find-plan-differences.js';
import { parsePlan } from './parse-plan.js';
import type { Plan } from './plan-schema.js';

export interface ReadPlanOptions {
  /** What the plan is to be run on. */
  readonly context: Pick<ProfileContext, 'machine' | 'libraries'>;
  /** Uses a plan of another machine or other versions too; changed models never. Default false. */
  readonly allowStale?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a plan and checks that the model files that it runs are those that it was made for, by their hashes, and that
 * machine and library versions are the same.
 *
 * @returns the plan, and the differences that were allowed, a line each.
 * @throws PlanFileError for a file that is missing, broken or of another version.
 * @throws PlanMismatchError for a model file that changed or is gone, and for differences that are not allowed.
 */
export async function readPlan(
  file: string,
  { context, allowStale = false, signal }: ReadPlanOptions,
): Promise<{ readonly plan: Plan; readonly differences: readonly string[] }> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new PlanFileError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      file,
      cause: error,
    });
  }
  const plan = parsePlan(text, file);
  const changed = await changedModels(plan, signal);
  if (changed.length > 0)
    throw new PlanMismatchError(file, changed, 'Profile the models as they are, and plan anew.');
  const differences = findPlanDifferences(plan, context);
  if (differences.length > 0 && !allowStale)
    throw new PlanMismatchError(
      file,
      differences,
      'Profile and plan anew, or allow a stale plan (--allow-stale).',
    );
  return { plan, differences };
}

/** What became of the models that the plan runs, a line for each that is not what it was. */
async function changedModels({ target, models, ...plan }: Plan, signal?: AbortSignal): Promise<string[]> {
  const drafters = [...plan.drafters, ...plan.fallback];
  const used = new Set([
    target.configuration.model,
    ...drafters.flatMap(({ draft }) => (draft === null ? [] : [draft.model])),
    // Plans of profiles that did not hash heads do not have them.
    ...drafters.flatMap(({ drafter }) =>
      drafter.kind === 'head' && models[drafter.head] !== undefined ? [drafter.head] : [],
    ),
  ]);
  const hashes = new Map<string, string>();
  const lines: string[] = [];
  for (const id of used) {
    const { file, sha256 } = models[id] as Plan['models'][string];
    try {
      const now = hashes.get(file) ?? (await hashModelFile(file, signal)).sha256;
      hashes.set(file, now);
      if (now !== sha256)
        lines.push(`the model ${id} changed: ${file} has the SHA-256 ${now}, and had ${sha256}`);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      lines.push(`the model ${id} cannot be read from ${file} (${code})`);
    }
  }
  return lines;
}
