import path from 'node:path';

/** What begins the names of folders that hold models; others hold data sets. */
export const modelPrefix = 'models--';

/** Where the cache keeps a repository: `models--owner--model`. */
export function repositoryFolder(cacheFolder: string, repository: string): string {
  return path.join(cacheFolder, `${modelPrefix}${repository.replace('/', '--')}`);
}

/** Contents by their hash. */
export function blobPath(folder: string, hash: string): string {
  return path.join(folder, 'blobs', hash);
}

/** A file at a commit: a link to its content. */
export function snapshotPath(folder: string, commit: string, file: string): string {
  return path.join(folder, 'snapshots', commit, ...file.split('/'));
}

/** Holds the commit of a branch. */
export function refPath(folder: string, branch: string): string {
  return path.join(folder, 'refs', branch);
}
