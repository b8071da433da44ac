import { PlanFileError } from '../errors/plan-file-error.js';
import { writeWhole } from '../files/write-whole.js';
import type { Plan } from './plan-schema.js';

/**
 * Writes a plan whole or not at all.
 *
 * @throws PlanFileError where the folder cannot be written.
 */
export async function writePlan(file: string, plan: Plan): Promise<void> {
  try {
    await writeWhole(file, plan);
  } catch (error) {
    throw new PlanFileError(
      `${file} cannot be written (${(error as NodeJS.ErrnoException).code}): give a file in a folder that exists and is writable.`,
      { file, cause: error },
    );
  }
}
