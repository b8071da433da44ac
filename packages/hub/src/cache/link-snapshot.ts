import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readlink, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RemoteFile } from '../remote/list-repository.js';
import { blobPath, refPath, snapshotPath } from './repository-folder.js';

/**
 * Gives downloaded files their names at a commit, as links to their contents, and notes that a branch is there.
 *
 * @returns the paths, in the order of the files.
 */
export async function linkSnapshot(
  folder: string,
  {
    branch,
    commit,
    files,
  }: { readonly branch: string; readonly commit: string; readonly files: readonly RemoteFile[] },
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const file of files) {
    const target = snapshotPath(folder, commit, file.path);
    await mkdir(path.dirname(target), { recursive: true });
    await link(blobPath(folder, file.hash), target);
    paths.push(target);
  }
  const ref = refPath(folder, branch);
  await mkdir(path.dirname(ref), { recursive: true });
  if ((await readFile(ref, 'utf8').catch(() => '')) !== commit) await writeFile(ref, commit);
  return paths;
}

async function link(blob: string, target: string): Promise<void> {
  // Relative, so that the cache may be moved.
  const content = path.relative(path.dirname(target), blob);
  if ((await readlink(target).catch(() => undefined)) === content) return;
  // Without links the file itself is under its name.
  if (!existsSync(blob)) return;
  // Renamed over what is there: another process that pulls the same never finds it gone.
  const made = `${target}.${randomUUID()}`;
  try {
    await symlink(content, made);
  } catch (error) {
    // Windows lets only developers make links; the hub's own library moves the file there, too.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    await rename(blob, target);
    return;
  }
  await rename(made, target);
}
