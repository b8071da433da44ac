import { EndpointReplyError, EndpointUnreachableError, ForetokenError } from '@foretoken/core';
import type { RepositoryFile } from '../choice/repository-file.js';
import type { HubSettings } from '../settings.js';
import { causeText, hubFetch } from './hub-fetch.js';
import { withRetries } from './with-retries.js';

/** A file on the hub. */
export interface RemoteFile extends RepositoryFile {
  /** SHA-256 of the content (64 digits), or SHA-1 of the Git blob (40): the blob's name in the cache. */
  readonly hash: string;
}

export interface RemoteRepository {
  /** 40 digits. */
  readonly commit: string;
  readonly files: readonly RemoteFile[];
}

/** The branch that is pulled, and the name under which the cache notes its commit. */
export const branch = 'main';

/**
 * The files of a repository at its newest commit.
 *
 * @throws EndpointUnreachableError, EndpointReplyError; the signal's reason where it is aborted.
 */
export async function listRepository(
  repository: string,
  settings: HubSettings,
  signal: AbortSignal | undefined,
): Promise<RemoteRepository> {
  // Imported when it is needed: the cache is read without it.
  const { listFiles, modelInfo } = await import('@huggingface/hub');
  const request = { hubUrl: settings.endpoint, fetch: hubFetch(settings, repository, signal) };
  return withRetries(
    async () => {
      try {
        const fields: 'sha'[] = ['sha'];
        const { sha } = await modelInfo({
          ...request,
          name: repository,
          revision: branch,
          additionalFields: fields,
        });
        const commit = expectHash(sha, /^[0-9a-f]{40}$/);
        const files: RemoteFile[] = [];
        const entries = listFiles({
          ...request,
          repo: { type: 'model', name: repository },
          revision: commit,
          recursive: true,
        });
        for await (const { type, path, size, oid, lfs } of entries) {
          if (type !== 'file') continue;
          const hash = expectHash(lfs?.oid ?? oid, /^([0-9a-f]{40}|[0-9a-f]{64})$/);
          if (!isSound(path) || !Number.isSafeInteger(size) || size < 0) {
            throw new TypeError(`a file "${path}" of ${size} bytes`);
          }
          files.push({ path, byteLength: size, hash });
        }
        return { commit, files };
      } catch (error) {
        signal?.throwIfAborted();
        if (ForetokenError.isInstance(error)) throw error;
        throw unreadableList(error, repository, settings.endpoint);
      }
    },
    settings.retries,
    signal,
  );
}

function unreadableList(error: unknown, repository: string, endpoint: string): ForetokenError {
  const url = endpoint;
  // What `fetch` throws where a connection breaks has a cause.
  if (error instanceof TypeError && error.cause !== undefined) {
    return new EndpointUnreachableError(
      `${endpoint} broke off as it listed ${repository}: ${causeText(error)}. Try again.`,
      { url, cause: error },
    );
  }
  return new EndpointReplyError(
    `${endpoint} does not answer as the hub does when it lists ${repository}: ${causeText(error)}. Check HF_ENDPOINT, and whether a proxy answers in its place.`,
    { url, status: 200, cause: error },
  );
}

/** Hashes and commits become names of files. */
function expectHash(value: unknown, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw new TypeError(`a hash "${String(value)}"`);
  return value;
}

/** Whether a path stays inside a folder, on every system, and prints as what it is. */
function isSound(path: string): boolean {
  return path.split('/').every((part) => !/^(\.{0,2}|[a-z]:.*)$|[\\\p{Cc}]/iu.test(part));
}
