import { existsSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { cachedRepositories } from './cached-files.js';
import { hubFolder } from './hub-folder.js';
import type { RemovedModel } from './remove-cached-model.js';
import { removeIfEmpty } from './remove-if-empty.js';
import { repositoryFolder } from './repository-folder.js';
import { asHubWriteError } from './write-error.js';

/** What pulls that did not come to their end have left of a repository: the next pull goes on from it. */
export interface UnfinishedPull {
  readonly repository: string;
  readonly paths: readonly string[];
  readonly byteLength: number;
}

/** By repository. @param cacheFolder as for `cachedModels`. */
export function unfinishedPulls(cacheFolder?: string): readonly UnfinishedPull[] {
  const root = hubFolder(cacheFolder);
  return cachedRepositories(root).flatMap((repository) => {
    const blobs = path.join(repositoryFolder(root, repository), 'blobs');
    const names = existsSync(blobs) ? readdirSync(blobs) : [];
    const paths = names.filter((name) => name.endsWith('.incomplete')).map((name) => path.join(blobs, name));
    // One may just have been completed.
    const sizes = paths.map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
    const byteLength = sizes.reduce((sum, size) => sum + size, 0);
    return paths.length === 0 ? [] : [{ repository, paths, byteLength }];
  });
}

/** Removes what unfinished pulls have left. A pull that runs begins its file anew. @throws CacheWriteError. */
export async function removeUnfinishedPulls(cacheFolder?: string): Promise<RemovedModel> {
  const root = hubFolder(cacheFolder);
  const unfinished = unfinishedPulls(root);
  for (const { repository, paths } of unfinished) {
    const folder = repositoryFolder(root, repository);
    try {
      for (const file of paths) await rm(file, { force: true });
      for (const emptied of [path.join(folder, 'blobs'), folder]) await removeIfEmpty(emptied);
    } catch (error) {
      throw asHubWriteError(error, folder);
    }
  }
  return {
    paths: unfinished.flatMap(({ paths }) => paths),
    byteLength: unfinished.reduce((sum, { byteLength }) => sum + byteLength, 0),
  };
}
