import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The golden fixtures that the Python oracle wrote. */
export const fixtureFolder: string = fileURLToPath(new URL('../../../reference/fixtures/', import.meta.url));

interface Manifest {
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly command: string }>>;
}

/**
 * The bytes of a fixture, checked against the manifest.
 *
 * @throws Error with the command that makes the fixture where it is missing, and naming it where its hash is
 *   not the manifest's.
 */
export async function readFixtureBytes(name: string, folder: string = fixtureFolder): Promise<Buffer> {
  const { files } = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as Manifest;
  const entry = files[name];
  if (entry === undefined) {
    throw new Error(
      `The manifest of the fixtures has no ${name}; make all of them with: npm run reference -- --write`,
    );
  }
  const bytes = await readFile(path.join(folder, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Error(`The fixture ${name} is missing; make it with: ${entry.command}`);
  });
  if (createHash('sha256').update(bytes).digest('hex') !== entry.sha256) {
    throw new Error(
      `The fixture ${name} was edited: its hash is not the manifest's. Make it anew with: ${entry.command}`,
    );
  }
  return bytes;
}

/** A JSON fixture. */
export async function readFixture<Contents>(name: string): Promise<Contents> {
  return JSON.parse((await readFixtureBytes(name)).toString('utf8')) as Contents;
}
