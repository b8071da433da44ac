import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { ProfileFileError } from '../errors/profile-file-error.js';
import type { Profile } from './profile-schema.js';

/**
 * Writes a profile whole or not at all: into a temporary file beside it, which then takes its place.
 *
 * @throws ProfileFileError where the folder cannot be written.
 */
export async function writeProfile(file: string, profile: Profile): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(`${JSON.stringify(profile, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new ProfileFileError(
      `${file} cannot be written (${(error as NodeJS.ErrnoException).code}): give a file in a folder that exists and is writable.`,
      { file, cause: error },
    );
  }
}
