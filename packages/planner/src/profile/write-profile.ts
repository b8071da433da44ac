import { ProfileFileError } from '../errors/profile-file-error.js';
import { writeWhole } from '../files/write-whole.js';
import type { Profile } from './profile-schema.js';

/**
 * Writes a profile whole or not at all: into a temporary file beside it, which then takes its place.
 *
 * @throws ProfileFileError where the folder cannot be written.
 */
export async function writeProfile(file: string, profile: Profile): Promise<void> {
  try {
    await writeWhole(file, profile);
  } catch (error) {
    throw new ProfileFileError(
      `${file} cannot be written (${(error as NodeJS.ErrnoException).code}): give a file in a folder that exists and is writable.`,
      { file, cause: error },
    );
  }
}
