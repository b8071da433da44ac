import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidArgumentError } from '@foretoken/core';
import { createAdaptorServer } from '@hono/node-server';
import { ModelRunner } from './generation/model-runner.js';
import { createApp } from './http/create-app.js';
import { ServerMetrics } from './metrics.js';
import type { ServerOptions } from './server-options.js';

export interface ListenOptions {
  /** Default 127.0.0.1: this machine alone. */
  readonly host?: string | undefined;
  /** 0: any that is free. */
  readonly port: number;
}

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /**
   * Takes no more requests, refuses those that wait, and resolves when what runs is answered and all connections are
   * closed: after ten seconds those too whose clients do not read their answers. The model stays open.
   */
  close(): Promise<void>;
}

/** Milliseconds for which an answer that is written waits for its client to read it. */
const longestUnread = 10_000;

/** What hono compares as a bearer token. */
const apiKeyPattern = /^[\w.~+/-]+=*$/;

/**
 * Serves a model over HTTP, with the routes of OpenAI's API (`docs/serve.md`). One generation runs at a time.
 *
 * @throws InvalidArgumentError for an address that cannot be listened on, and a key that no request could send.
 */
export async function startServer(options: ServerOptions & ListenOptions): Promise<RunningServer> {
  const { host = '127.0.0.1', port, apiKey } = options;
  if (apiKey !== undefined && !apiKeyPattern.test(apiKey)) {
    throw new InvalidArgumentError(
      'The API key has characters that a bearer token cannot have: take letters, digits and ._~+/-, with = only at the end.',
    );
  }
  const metrics = new ServerMetrics();
  const runner = new ModelRunner(options, metrics);
  const { fetch } = createApp(options, runner, metrics);
  const server = createAdaptorServer({ fetch }) as Server;
  let isClosing = false;
  let unanswered = 0;
  /** Connections that are kept for further requests, or were opened ahead of one, would hold up the end. */
  const closeWhereDone = (): void => {
    if (isClosing && unanswered === 0) server.closeAllConnections();
  };
  server.on('request', (_, response) => {
    unanswered += 1;
    response.once('close', () => {
      unanswered -= 1;
      closeWhereDone();
    });
  });
  await listen(server, host, port);
  const { port: chosen } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${chosen}`,
    async close() {
      isClosing = true;
      const closed = new Promise((resolve) => server.close(resolve));
      closeWhereDone();
      await runner.close();
      const patience = setTimeout(() => server.closeAllConnections(), longestUnread);
      await closed;
      clearTimeout(patience);
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new InvalidArgumentError(
          cause.code === 'EADDRINUSE'
            ? `Port ${port} of ${host} is in use: give another one (--port; 0 takes any).`
            : `${host}, port ${port}, cannot be listened on (${cause.code}): give another --host or --port.`,
          { cause },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
}
