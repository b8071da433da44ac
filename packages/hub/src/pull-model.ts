import { mkdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { CacheWriteError, EndpointUnreachableError, ForetokenError } from '@foretoken/core';
import { bytesText } from './bytes-text.js';
import { type CachedModel, findCachedModel } from './cache/cached-models.js';
import { linkSnapshot } from './cache/link-snapshot.js';
import { blobPath, repositoryFolder, snapshotPath } from './cache/repository-folder.js';
import { asHubWriteError } from './cache/write-error.js';
import { assertWhole, chooseModel, safetensors } from './choice/choose-model.js';
import { requireModelName } from './choice/model-name.js';
import { downloadFile } from './remote/download-file.js';
import { hubFetch } from './remote/hub-fetch.js';
import { branch, listRepository, type RemoteFile } from './remote/list-repository.js';
import { type HubOptions, hubSettings } from './settings.js';

export interface PullProgress {
  /** In the repository. */
  readonly file: string;
  /** Of all files that are pulled, how much is there. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface PullOptions extends HubOptions {
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  /** Stops the download; what is there is kept, and the next pull goes on from it. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings a model from the Hugging Face Hub to the cache folder that its other tools share, unless it is there: one file,
 * all parts of a split one, or safetensors with configuration and tokenizer, each with the hash that the hub says.
 *
 * @param name `owner/model`, or `owner/model:choice` with a quantisation (`Q4_K_M`), `safetensors`, or a file of the repository.
 * @throws InvalidArgumentError for a name that means no model or several, with a list of what there is;
 * EndpointReplyError, EndpointUnreachableError, CacheWriteError; InvalidModelFileError for a wrong hash; the signal's
 * reason where it is aborted.
 */
export async function pullModel(name: string, options: PullOptions = {}): Promise<CachedModel> {
  const wanted = requireModelName(name);
  const { repository } = wanted;
  const { onProgress, signal } = options;
  const settings = await hubSettings(options);
  const { cacheFolder, endpoint } = settings;
  if (settings.offline) return fromCacheAlone(name, cacheFolder, endpoint);
  const { commit, files: all } = await listRepository(repository, settings, signal);
  const model = chooseModel(all, wanted, 'on the hub');
  assertWhole(model, wanted, 'on the hub');
  const { parts: files, byteLength: totalBytes } = model;
  const folder = repositoryFolder(cacheFolder, repository);

  const missing: RemoteFile[] = [];
  for (const file of files) if (!(await isThere(folder, commit, file))) missing.push(file);
  await makeRoom(path.join(folder, 'blobs'), missing);
  let before = totalBytes - sum(missing);
  for (const file of missing) {
    await downloadFile(file, blobPath(folder, file.hash), {
      url: `${endpoint}/${repository}/resolve/${commit}/${file.path.split('/').map(encodeURIComponent).join('/')}`,
      fetch: hubFetch(settings, repository, signal),
      retries: settings.retries,
      signal,
      onProgress: (bytes) => onProgress?.({ file: file.path, bytes: before + bytes, totalBytes }),
    });
    before += file.byteLength;
  }
  try {
    // Only now, so that the cache never shows half of a split model.
    await linkSnapshot(folder, { branch, commit, files });
  } catch (error) {
    throw asHubWriteError(error, folder);
  }
  return findCachedModel(`${repository}:${model.isFolder ? safetensors : model.path}`, cacheFolder);
}

function fromCacheAlone(name: string, cacheFolder: string, endpoint: string): CachedModel {
  try {
    return findCachedModel(name, cacheFolder);
  } catch (error) {
    if (!ForetokenError.isInstance(error)) throw error;
    throw new EndpointUnreachableError(
      `HF_HUB_OFFLINE is set, so that nothing is asked of ${endpoint}. ${error.message}`,
      { url: endpoint, cause: error },
    );
  }
}

/** By its content, or under its name where the system has no links. */
async function isThere(folder: string, commit: string, { path: file, byteLength, hash }: RemoteFile) {
  for (const place of [blobPath(folder, hash), snapshotPath(folder, commit, file)]) {
    const found = await stat(place).catch(() => undefined);
    if (found?.size === byteLength) return true;
  }
  return false;
}

/** Makes the folder, and refuses a download that its disk cannot hold. */
async function makeRoom(folder: string, files: readonly RemoteFile[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw asHubWriteError(error, folder);
  }
  let needed = 0;
  for (const { hash, byteLength } of files) {
    const started = await stat(path.join(folder, `${hash}.incomplete`)).catch(() => undefined);
    needed += Math.max(0, byteLength - (started?.size ?? 0));
  }
  const { bavail, bsize, blocks } = await statfs(folder);
  const free = bavail * bsize;
  // Some network disks do not say.
  if (blocks > 0 && free < needed) {
    throw new CacheWriteError(
      `${folder} has ${bytesText(free)} free where ${bytesText(needed)} are to come: free some, or set HF_HUB_CACHE to a folder on another disk.`,
    );
  }
}

function sum(files: readonly RemoteFile[]): number {
  return files.reduce((total, { byteLength }) => total + byteLength, 0);
}
