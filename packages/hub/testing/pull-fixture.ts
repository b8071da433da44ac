import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { CachedModel } from '../src/cache/cached-models.js';
import { type PullOptions, pullModel } from '../src/pull-model.js';
import {
  blobName,
  type HubServer,
  type HubServerOptions,
  type SeenRequest,
  startHubServer,
} from './hub-server.js';
import { seededBytes } from './seeded-bytes.js';

export const commit = 'a'.repeat(40);
export const small = seededBytes(1, 97);
export const parts = [seededBytes(2, 3000), seededBytes(3, 2000)] as const;
export const files = {
  'README.md': Buffer.from('# A model\n'),
  'm-Q4_K_M.gguf': small,
  'deep/m-Q8_0-00001-of-00002.gguf': parts[0],
  'deep/m-Q8_0-00002-of-00002.gguf': parts[1],
};
/** The model of one file. */
export const one = 'owner/model:Q4_K_M';

export interface PullFixture {
  /** Of the cache: new for every test. */
  readonly folder: string;
  /** The last that was started. */
  readonly server: HubServer;
  /** Starts a hub with three repositories of the same files: public, private and gated. */
  start(options?: Partial<HubServerOptions>): Promise<void>;
  /** Without tries again, and with nothing of this machine's settings. */
  pull(name: string, options?: PullOptions): Promise<CachedModel>;
  /** A path in the cache's folder of `owner/model`. */
  inRepository(...names: string[]): string;
  /** Where the content of a file is kept. */
  blobOf(name: keyof typeof files): string;
  /** What the server of contents was asked. */
  contentRequests(): readonly SeenRequest[];
}

/** A cache folder and a hub for every test of a file. */
export function usePullFixture(): PullFixture {
  let folder: string;
  let server: HubServer;
  const servers: HubServer[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-hub-'));
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((running) => running.close()));
    await rm(folder, { recursive: true });
  });
  const inRepository = (...names: string[]): string => path.join(folder, 'models--owner--model', ...names);
  return {
    get folder() {
      return folder;
    },
    get server() {
      return server;
    },
    async start(options = {}) {
      server = await startHubServer({
        repositories: {
          'owner/model': { commit, files },
          'owner/private': { commit, files, access: 'private' },
          'owner/gated': { commit, files, access: 'gated' },
        },
        tokens: { hf_reader: 'reader', hf_accepted: 'accepted' },
        ...options,
      });
      servers.push(server);
    },
    pull: (name, options = {}) =>
      pullModel(name, {
        cacheFolder: folder,
        endpoint: server.url,
        retries: 0,
        token: '',
        offline: false,
        ...options,
      }),
    inRepository,
    blobOf: (name) => inRepository('blobs', blobName(name, files[name])),
    contentRequests: () => server.requests.filter(({ at }) => at === 'content'),
  };
}

/** Interferes with what the server of contents sends. */
export function onContent(
  answer: (request: SeenRequest, response: ServerResponse, body: Buffer) => boolean,
): NonNullable<HubServerOptions['interfere']> {
  return (request, response, body) => request.at === 'content' && answer(request, response, body);
}
