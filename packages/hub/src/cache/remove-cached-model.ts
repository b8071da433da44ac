import { existsSync, readdirSync } from 'node:fs';
import { lstat, realpath, rm, unlink } from 'node:fs/promises';
import path from 'node:path';
import { InvalidModelFileError } from '@foretoken/core';
import { chooseModel } from '../choice/choose-model.js';
import { requireModelName } from '../choice/model-name.js';
import { type CachedFile, cachedFiles, newestFiles, readRef } from './cached-files.js';
import { hubFolder } from './hub-folder.js';
import { removeIfEmpty } from './remove-if-empty.js';
import { repositoryFolder } from './repository-folder.js';
import { asHubWriteError } from './write-error.js';

export interface RemovedModel {
  /** Paths that are gone. */
  readonly paths: readonly string[];
  /** Bytes that are free again. */
  readonly byteLength: number;
}

/**
 * Removes a model from the cache, at every commit. Other files of its repository stay, and contents that they share;
 * folders go once they are empty.
 *
 * @param name as for `findCachedModel`.
 * @throws InvalidModelFileError, InvalidArgumentError as `findCachedModel`; CacheWriteError.
 */
export async function removeCachedModel(name: string, cacheFolder?: string): Promise<RemovedModel> {
  const root = hubFolder(cacheFolder);
  const wanted = requireModelName(name);
  const folder = repositoryFolder(root, wanted.repository);
  const files = cachedFiles(folder);
  if (files.length === 0) throw new InvalidModelFileError(`${name} is not in the cache ${root}.`);
  const names = new Set(
    chooseModel(newestFiles(files), wanted, 'in the cache').parts.map(({ path: part }) => part),
  );
  const removed = files.filter(({ path: file }) => names.has(file));
  try {
    const byteLength = await removeFiles(removed, files, folder);
    await removeEmptyFolders(removed, folder);
    return { paths: removed.map(({ location }) => location), byteLength };
  } catch (error) {
    throw asHubWriteError(error, folder);
  }
}

/** @returns the bytes of what nothing refers to any more. */
async function removeFiles(
  removed: readonly CachedFile[],
  files: readonly CachedFile[],
  folder: string,
): Promise<number> {
  const kept = new Set(files.filter((file) => !removed.includes(file)).map(({ content }) => content));
  const blobs = await realpath(path.join(folder, 'blobs')).catch(() => undefined);
  const freed = new Map<string, number>();
  for (const { location, content, byteLength } of removed) {
    const isLink = (await lstat(location)).isSymbolicLink();
    await unlink(location);
    // A link may lead out of the repository's folder: what is there is not the cache's.
    if (isLink && (kept.has(content) || path.dirname(content) !== blobs)) continue;
    if (isLink) await rm(content, { force: true });
    freed.set(content, byteLength);
  }
  return [...freed.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Folders that held what was removed, and the branches that named them. */
async function removeEmptyFolders(removed: readonly CachedFile[], folder: string): Promise<void> {
  const snapshots = path.join(folder, 'snapshots');
  for (const { location } of removed) {
    let emptied = path.dirname(location);
    while (emptied !== snapshots && (await removeIfEmpty(emptied))) emptied = path.dirname(emptied);
  }
  const gone = new Set(
    removed.map(({ commit }) => commit).filter((commit) => !existsSync(path.join(snapshots, commit))),
  );
  const refs = path.join(folder, 'refs');
  for (const name of existsSync(refs) ? readdirSync(refs, { recursive: true, encoding: 'utf8' }) : []) {
    const ref = path.join(refs, name);
    if (gone.has(readRef(ref) ?? '')) await unlink(ref);
  }
  for (const emptied of [snapshots, path.join(folder, 'blobs'), refs, folder]) await removeIfEmpty(emptied);
}
