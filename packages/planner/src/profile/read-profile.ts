import { readFile } from 'node:fs/promises';
import { ProfileFileError } from '../errors/profile-file-error.js';
import { ProfileMismatchError } from '../errors/profile-mismatch-error.js';
import { findDifferences, type ProfileContext } from './find-differences.js';
import { parseProfile } from './parse-profile.js';
import type { Profile } from './profile-schema.js';

export interface ReadProfileOptions {
  /** What the profile is to be used with. */
  readonly context: ProfileContext;
  /** Uses a profile of another machine, other models or other versions too. Default false. */
  readonly allowStale?: boolean | undefined;
}

/**
 * Reads a profile, and refuses it where it was measured with something else than it is to be used with.
 *
 * @returns the profile, and the differences that were allowed, a line each.
 * @throws ProfileFileError for a file that is missing, broken or of another version.
 * @throws ProfileMismatchError for differences that are not allowed.
 */
export async function readProfile(
  file: string,
  { context, allowStale = false }: ReadProfileOptions,
): Promise<{ readonly profile: Profile; readonly differences: readonly string[] }> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ProfileFileError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      file,
      cause: error,
    });
  }
  const profile = parseProfile(text, file);
  const differences = findDifferences(profile, context);
  if (differences.length > 0 && !allowStale) {
    throw new ProfileMismatchError(
      file,
      differences,
      'Measure anew into another file, or allow a stale profile.',
    );
  }
  return { profile, differences };
}
