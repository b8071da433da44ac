import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { RepositoryFile } from '../choice/repository-file.js';
import { modelPrefix, refPath } from './repository-folder.js';

/** A file of a repository at a commit, in the cache. */
export interface CachedFile extends RepositoryFile {
  readonly commit: string;
  /** Absolute; ends as the name in the repository does. */
  readonly location: string;
  /** Where the content is: the same for two commits that share it. */
  readonly content: string;
}

/** The repositories of models that the cache has folders of, as `owner/model`, by name. */
export function cachedRepositories(cacheFolder: string): readonly string[] {
  return (
    entriesOf(cacheFolder)
      .filter((entry) => entry.isDirectory() && entry.name.startsWith(modelPrefix))
      .map(({ name }) => name.slice(modelPrefix.length).replace('--', '/'))
      // Repositories without an owner have no name that is pulled or loaded.
      .filter((name) => name.includes('/'))
      .toSorted()
  );
}

/** The files of a repository's folder: those of the main branch first, then of the other commits, the newest first. */
export function cachedFiles(folder: string): readonly CachedFile[] {
  const snapshots = path.join(folder, 'snapshots');
  const main = readRef(refPath(folder, 'main'));
  const commits = entriesOf(snapshots)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      name,
      rank: name === main ? Number.POSITIVE_INFINITY : statSync(path.join(snapshots, name)).mtimeMs,
    }))
    .toSorted((left, right) => right.rank - left.rank);
  return commits.flatMap(({ name: commit }) => filesIn(path.join(snapshots, commit), '', commit));
}

/** One file of each path, of the first commit that has it. */
export function newestFiles(files: readonly CachedFile[]): readonly CachedFile[] {
  const seen = new Set<string>();
  return files.filter(({ path: name }) => !seen.has(name) && seen.add(name));
}

function filesIn(folder: string, prefix: string, commit: string): CachedFile[] {
  return entriesOf(folder).flatMap((entry) => {
    const location = path.join(folder, entry.name);
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) return filesIn(location, `${name}/`, commit);
    try {
      return [
        {
          path: name,
          commit,
          location,
          byteLength: statSync(location).size,
          content: realpathSync(location),
        },
      ];
    } catch {
      // A link to a content that somebody removed.
      return [];
    }
  });
}

/** The commit that a branch's file holds; undefined where there is none. */
export function readRef(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** By name; none where there is no such folder. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((left, right) =>
      left.name < right.name ? -1 : 1,
    );
  } catch {
    return [];
  }
}
