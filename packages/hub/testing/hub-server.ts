import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface HubRepository {
  readonly commit: string;
  /** Contents by path. GGUF and safetensors are in large storage, others in Git. */
  readonly files: Readonly<Record<string, Buffer>>;
  /** Who may read it: everyone, those with a token, or those whose token is of an account that accepted. */
  readonly access?: 'public' | 'private' | 'gated';
}

/** A request as the server saw it. */
export interface SeenRequest {
  /** Which server: that of the API and of the names, or that of the contents. */
  readonly at: 'hub' | 'content';
  /** Path and query. */
  readonly url: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

export interface HubServerOptions {
  repositories: Readonly<Record<string, HubRepository>>;
  /** Tokens of accounts: those that may read private models, and those that accepted conditions, too. */
  readonly tokens?: Readonly<Record<string, 'reader' | 'accepted'>>;
  /** Entries of a page of the list of files. */
  readonly pageSize?: number;
  /** Answers in place of the server where it returns true. */
  interfere?: ((request: SeenRequest, response: ServerResponse, body: Buffer) => boolean) | undefined;
}

export interface HubServer {
  readonly url: string;
  readonly contentUrl: string;
  readonly options: HubServerOptions;
  readonly requests: SeenRequest[];
  close(): Promise<void>;
}

export const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const gitHash = (content: Buffer): string =>
  createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
const isLarge = (path: string): boolean => /\.(gguf|safetensors)$/.test(path);
/** What the cache calls a file's content. */
export const blobName = (path: string, content: Buffer): string =>
  isLarge(path) ? sha256(content) : gitHash(content);

/**
 * A server on 127.0.0.1 that answers as the Hugging Face Hub does: its API, names that lead to a second server with the
 * contents, ranges, tokens and refusals.
 */
export async function startHubServer(options: HubServerOptions): Promise<HubServer> {
  const requests: SeenRequest[] = [];
  const handle =
    (at: SeenRequest['at'], answer: (request: IncomingMessage, response: ServerResponse) => void) =>
    (request: IncomingMessage, response: ServerResponse): void => {
      const { range, authorization } = request.headers;
      requests.push({ at, url: request.url as string, range, authorization });
      answer(request, response);
    };
  const content = createServer(handle('content', (request, response) => serveContent(request, response)));
  const hub = createServer(handle('hub', (request, response) => serveHub(request, response)));
  await Promise.all(
    [hub, content].map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))),
  );
  const [url, contentUrl] = [hub, content].map(
    (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  ) as [string, string];

  function interferes(response: ServerResponse, body: Buffer = Buffer.alloc(0)): boolean {
    return options.interfere?.(requests.at(-1) as SeenRequest, response, body) === true;
  }

  function serveHub(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url as string, url);
    const [, api, name = '', kind, rest = ''] =
      /^\/(api\/models\/)?([^/]+\/[^/]+)\/(revision|tree|paths-info|resolve|cached)\/(.+)$/.exec(pathname) ??
      [];
    const repository = options.repositories[name];
    const [revision, ...parts] = rest.split('/');
    const path = parts.map(decodeURIComponent).join('/');
    const file = repository?.files[path];
    if (interferes(response, file)) return;
    const refusal = refusalOf(request, repository, api === undefined);
    if (repository === undefined || refusal !== undefined) {
      const { status, code, message } = refusal ?? notFound('RepoNotFound');
      refuse(response, status, code, message);
    } else if (revision !== 'main' && revision !== repository.commit) {
      refuse(response, 404, 'RevisionNotFound', 'Invalid rev id');
    } else if (kind === 'revision') {
      const { commit, access } = repository;
      sendJson(response, {
        _id: '0123456789abcdef01234567',
        id: name,
        private: access === 'private',
        gated: access === 'gated' ? 'auto' : false,
        lastModified: '2026-01-02T03:04:05.000Z',
        ...(searchParams.getAll('expand').includes('sha') ? { sha: commit } : {}),
      });
    } else if (kind === 'tree') {
      const start = Number(searchParams.get('cursor') ?? 0);
      const end = start + (options.pageSize ?? 1000);
      const entries = treeEntries(repository);
      if (end < entries.length) {
        response.setHeader('link', `<${url}${pathname}?recursive=true&cursor=${end}>; rel="next"`);
      }
      sendJson(response, entries.slice(start, end));
    } else if (kind === 'paths-info') {
      void sendPathsInfo(request, response, repository);
    } else if (file === undefined) {
      refuse(response, 404, 'EntryNotFound', 'Entry not found');
    } else if (kind === 'cached') {
      response.setHeader('x-repo-commit', repository.commit);
      sendRange(request, response, file);
    } else {
      response.writeHead(isLarge(path) ? 302 : 307, {
        location: isLarge(path)
          ? `${contentUrl}/${sha256(file)}?signature=valid`
          : pathname.replace('/resolve/', '/cached/'),
        'accept-ranges': 'bytes',
        'x-repo-commit': repository.commit,
        'x-linked-size': String(file.length),
        'x-linked-etag': `"${blobName(path, file)}"`,
      });
      response.end();
    }
  }

  function refusalOf(
    { headers }: IncomingMessage,
    repository: HubRepository | undefined,
    readsContent: boolean,
  ): { readonly status: number; readonly code: string; readonly message: string } | undefined {
    const token = headers.authorization?.replace('Bearer ', '');
    const role = token === undefined ? undefined : options.tokens?.[token];
    if (token !== undefined && role === undefined) {
      return { status: 401, code: '', message: 'Invalid credentials in Authorization header' };
    }
    const { access = 'public' } = repository ?? { access: 'private' };
    if (access === 'gated' && readsContent && role !== 'accepted') {
      const message = 'Access to model is restricted. You must be in the authorized list.';
      return { status: role === undefined ? 401 : 403, code: 'GatedRepo', message };
    }
    // Without a token, what is private and what is not there look the same.
    if (access === 'private' && role === undefined) {
      return { ...notFound('RepoNotFound'), status: 401 };
    }
    return undefined;
  }

  function serveContent(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url as string, contentUrl);
    const files = Object.values(options.repositories).flatMap((repository) =>
      Object.values(repository.files),
    );
    const file = files.find((candidate) => `/${sha256(candidate)}` === pathname);
    // The hub's content servers refuse a second authorisation.
    if (
      file === undefined ||
      request.headers.authorization !== undefined ||
      searchParams.get('signature') !== 'valid'
    ) {
      response.writeHead(file === undefined ? 404 : 400);
      response.end();
      return;
    }
    if (!interferes(response, file)) sendRange(request, response, file);
  }

  return {
    url,
    contentUrl,
    options,
    requests,
    close: async () => {
      await Promise.all([hub, content].map(closeServer));
    },
  };
}

/** Sends what the range asks for. */
function sendRange(request: IncomingMessage, response: ServerResponse, content: Buffer): void {
  const [, from, to = String(content.length - 1)] =
    /^bytes=(\d+)-(\d+)?$/.exec(request.headers.range ?? '') ?? [];
  if (from === undefined) {
    response.writeHead(200, { 'content-length': content.length });
    response.end(content);
    return;
  }
  const [start, end] = [Number(from), Math.min(Number(to) + 1, content.length)];
  if (start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` });
    response.end();
    return;
  }
  response.writeHead(206, {
    'content-length': end - start,
    'content-range': `bytes ${start}-${end - 1}/${content.length}`,
    etag: `"${sha256(content)}"`,
  });
  response.end(content.subarray(start, end));
}

/**
 * Sends an answer's head as the server would, then so many bytes of it, and cuts the connection.
 *
 * @param from where the range begins.
 */
export function cutAfter(
  count: number,
  { range }: SeenRequest,
  response: ServerResponse,
  body: Buffer,
): void {
  const start = Number(/\d+/.exec(range ?? '')?.[0] ?? 0);
  response.writeHead(206, {
    'content-length': body.length - start,
    'content-range': `bytes ${start}-${body.length - 1}/${body.length}`,
  });
  response.flushHeaders();
  response.write(body.subarray(start, start + count), () => response.destroy());
}

function treeEntries({ files, commit }: HubRepository): readonly { readonly path: string }[] {
  const folders = new Set(
    Object.keys(files).flatMap((path) => (path.includes('/') ? [path.replace(/\/[^/]*$/, '')] : [])),
  );
  return [
    ...Object.entries(files).map(([path, content]) => ({
      type: 'file',
      path,
      size: content.length,
      oid: gitHash(content),
      lastCommit: { id: commit, title: 'Upload', date: '2026-01-02T03:04:05.000Z' },
      ...(isLarge(path)
        ? { lfs: { oid: sha256(content), size: content.length, pointerSize: 134 }, xetHash: sha256(content) }
        : {}),
    })),
    ...[...folders].map((path) => ({ type: 'directory', path, size: 0, oid: '0'.repeat(40) })),
  ];
}

async function sendPathsInfo(
  request: IncomingMessage,
  response: ServerResponse,
  repository: HubRepository,
): Promise<void> {
  const { paths } = JSON.parse(await text(request)) as { paths: readonly string[] };
  sendJson(
    response,
    treeEntries(repository).filter(({ path }) => paths.includes(path)),
  );
}

function notFound(code: string): {
  readonly status: number;
  readonly code: string;
  readonly message: string;
} {
  return { status: 404, code, message: 'Repository not found' };
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'x-error-code': code, 'x-error-message': message });
  response.end(JSON.stringify({ error: message }));
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}
