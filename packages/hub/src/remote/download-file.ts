import { constants, existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { EndpointReplyError, EndpointUnreachableError, InvalidModelFileError } from '@foretoken/core';
import { bytesText } from '../bytes-text.js';
import { blobHash } from '../cache/blob-hash.js';
import { asHubWriteError } from '../cache/write-error.js';
import { causeText } from './hub-fetch.js';
import type { RemoteFile } from './list-repository.js';
import { withRetries } from './with-retries.js';

export interface DownloadOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
  /** Told how many bytes of the file are there. */
  readonly onProgress: (bytes: number) => void;
}

/**
 * Downloads a file to `<blob>.incomplete`, from where an earlier download of it stopped, and gives it its name once its
 * hash is right. Several processes may do so at once: they write the same bytes to the same places.
 *
 * @throws CacheWriteError, EndpointUnreachableError, EndpointReplyError, InvalidModelFileError for a wrong hash; the
 * signal's reason where it is aborted.
 */
export async function downloadFile(file: RemoteFile, blob: string, options: DownloadOptions): Promise<void> {
  const incomplete = `${blob}.incomplete`;
  try {
    for (;;) {
      const resumed = await fill(incomplete, file, options);
      const hash = await blobHash(incomplete, file.hash, options.signal);
      if (hash === file.hash) break;
      await rm(incomplete);
      // What lay there may have been another tool's, with holes.
      if (resumed) continue;
      throw new InvalidModelFileError(
        `${file.path} arrived with the hash ${hash} where the hub says ${file.hash}, and was thrown away: pull it again, and from another mirror (HF_ENDPOINT) where that does not help.`,
      );
    }
    await rename(incomplete, blob);
  } catch (error) {
    // Another process has finished it.
    const finished = (error as NodeJS.ErrnoException).code === 'ENOENT' && existsSync(blob);
    if (!finished) throw asHubWriteError(error, blob, file.byteLength);
  }
}

/** Completes the file. @returns whether a part of it was there before. */
async function fill(incomplete: string, file: RemoteFile, options: DownloadOptions): Promise<boolean> {
  const target = await openTarget(incomplete);
  try {
    const { size } = await target.stat();
    const { byteLength } = file;
    if (size > byteLength) await target.truncate(0);
    const start = size > byteLength ? 0 : size;
    let position = start;
    options.onProgress(position);
    await withRetries(
      async () => {
        if (position === byteLength) return;
        for await (const { bytes, at } of receive(file, position, options)) {
          await write(target, bytes, at, incomplete, byteLength);
          position = at + bytes.length;
          options.onProgress(position);
        }
      },
      options.retries,
      options.signal,
      () => position,
    );
    await target.sync();
    return start > 0;
  } finally {
    await target.close();
  }
}

async function openTarget(incomplete: string): Promise<FileHandle> {
  try {
    return await open(incomplete, constants.O_RDWR | constants.O_CREAT);
  } catch (error) {
    throw asHubWriteError(error, incomplete);
  }
}

/** The bytes from a position on, as they come, to the file's end. */
async function* receive(
  { path, byteLength }: RemoteFile,
  position: number,
  { url, fetch, signal }: DownloadOptions,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly at: number }> {
  // With a range the answer is never compressed.
  const response = await fetch(url, { headers: { range: `bytes=${position}-` } });
  let at = startOf(response, position);
  try {
    for await (const bytes of response.body ?? []) {
      if (at + bytes.length > byteLength) {
        throw new EndpointReplyError(
          `${url} sends more than the ${byteLength} bytes that ${path} has: pull it from another mirror (HF_ENDPOINT).`,
          { url, status: response.status },
        );
      }
      yield { bytes, at };
      at += bytes.length;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof TypeError)) throw error;
    throw brokenOff(error);
  }
  if (at < byteLength) throw brokenOff(new Error('the answer ended'));

  function brokenOff(error: Error): EndpointUnreachableError {
    return new EndpointUnreachableError(
      `The download of ${path} broke off at ${bytesText(at)} of ${bytesText(byteLength)}: ${causeText(error)}. What is there is kept, and the same command goes on from it.`,
      { url, cause: error },
    );
  }
}

/** Where an answer begins: a server without ranges sends all. */
function startOf(response: Response, position: number): number {
  if (response.status !== 206) return 0;
  const [, start] = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '') ?? [];
  if (Number(start) === position) return position;
  throw new EndpointReplyError(
    `${new URL(response.url).host} was asked for the bytes from ${position} and sends others: pull from another mirror (HF_ENDPOINT).`,
    { url: response.url, status: response.status },
  );
}

async function write(
  target: FileHandle,
  bytes: Uint8Array,
  at: number,
  path: string,
  byteLength: number,
): Promise<void> {
  try {
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await target.write(bytes, written, bytes.length - written, at + written);
      written += bytesWritten;
    }
  } catch (error) {
    throw asHubWriteError(error, path, byteLength - at);
  }
}
