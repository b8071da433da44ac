import { afterEach, describe, expect, it } from 'vitest';
import { createGatedDrafter } from '../testing/gated-drafter.js';
import {
  draftedLetters,
  lettersModel,
  type Refusal,
  serveTable,
  type TestServer,
  until,
} from '../testing/serve-table.js';
import { ModelRunner } from './generation/model-runner.js';
import { createApp } from './http/create-app.js';
import { ServerMetrics } from './metrics.js';

const { target } = draftedLetters();
const asked = { prompt: 'abc', max_tokens: 20, ignore_eos: true, temperature: 0 };
const waitingAtGate = { ...asked, speculation: { draft_length: 1 } };
const free = { ...asked, speculation: { draft_length: 0 } };

const servers: TestServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function serveGated(mostWaiting: number, freeProposals = 0) {
  const drafter = createGatedDrafter(freeProposals);
  const server = await serveTable({ target, drafter }, { mostWaiting });
  servers.push(server);
  const running = (): Promise<boolean> => server.health().then((health) => health.running === 1);
  const waiting = (count: number) => async () => (await server.health()).waiting === count;
  return { drafter, server, running, waiting };
}

describe('requests that come together', () => {
  it('run one at a time, in their order; one too many is refused, and told when to come again', async () => {
    const { drafter, server, running, waiting } = await serveGated(2);
    const ended: string[] = [];
    const start = async (name: string, body: object): Promise<void> => {
      const { status } = await server.post(body);
      ended.push(`${name} ${status}`);
    };
    const all = [start('first', waitingAtGate)];
    await until(running);
    for (const [index, name] of ['second', 'third'].entries()) {
      all.push(start(name, free));
      await until(waiting(index + 1));
    }
    const refused = await server.post(free);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(((await refused.json()) as Refusal).error).toMatchObject({
      message: expect.stringContaining('2 requests wait'),
      type: 'server_error',
      code: 'queue_full',
    });
    drafter.open();
    await Promise.all(all);
    expect(ended).toEqual(['first 200', 'second 200', 'third 200']);
    expect((await server.health()).waiting).toBe(0);
  });

  it('a client that goes while it waits gives up its place', async () => {
    const { drafter, server, running, waiting } = await serveGated(1);
    const first = server.post(waitingAtGate);
    await until(running);
    const leaving = new AbortController();
    const second = server.post(free, { signal: leaving.signal });
    second.catch(() => {});
    await until(waiting(1));
    leaving.abort();
    await expect(second).rejects.toThrow();
    await until(waiting(0));
    drafter.open();
    expect((await first).status).toBe(200);
    await server.ask(free);
  });

  it.each([false, true])('a client that goes ends its generation (stream: %s)', async (stream) => {
    // A few rounds pass before the gate, so that a stream has begun.
    const { drafter, server, running } = await serveGated(1, 3);
    const leaving = new AbortController();
    const request = server.post({ ...waitingAtGate, stream }, { signal: leaving.signal });
    request.catch(() => {});
    await until(running);
    if (stream) await (await request).body?.getReader().read();
    await until(() => drafter.asked() > 3);
    leaving.abort();
    await until(async () => (await server.health()).running === 0);
    expect(await server.metric('generations_total{reason="cancelled"}')).toBe(1);
    expect((await server.ask(free)).usage.completion_tokens).toBe(20);
  });

  it('a client that reads nothing does not hold up the model', async () => {
    const model = { name: 'letters', target };
    const options = { model, clock: () => performance.now() };
    const metrics = new ServerMetrics();
    const runner = new ModelRunner(options, metrics);
    const app = createApp(options, runner, metrics);
    const post = (body: object) =>
      app.request('/v1/completions', { method: 'POST', body: JSON.stringify(body) });
    const unread = await post({ ...free, max_tokens: 200, stream: true });
    expect((await post(free)).status).toBe(200);
    const parts = (await unread.text()).split('\n\n');
    // End tokens are no text.
    expect(parts.length).toBeGreaterThan(150);
    await runner.close();
  });

  it('closing finishes what runs, refuses what waits, and listens no more', async () => {
    const { drafter, server, running, waiting } = await serveGated(4);
    const first = server.ask(waitingAtGate);
    await until(running);
    const second = server.post(free);
    await until(waiting(1));
    const closed = server.close();
    expect((await second).status).toBe(503);
    drafter.open();
    expect((await first).usage.completion_tokens).toBe(20);
    await closed;
    await expect(server.post(free)).rejects.toThrow();
    servers.length = 0;
  });
});

describe('an API key', () => {
  it('is asked for under /v1, and nowhere else', async () => {
    const server = await serveTable({ target }, { apiKey: 'secret-1' });
    servers.push(server);
    const headers = (value: string) => ({ Authorization: value, 'Content-Type': 'application/json' });
    expect((await server.post(free, { headers: headers('Bearer secret-1') })).status).toBe(200);
    for (const wrong of ['Bearer secret-2', 'Bearer ', 'secret-1']) {
      const refused = await server.post(free, { headers: headers(wrong) });
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
      expect(((await refused.json()) as Refusal).error.code).toBe('invalid_api_key');
    }
    expect((await fetch(`${server.url}/v1/models`)).status).toBe(401);
    for (const path of ['/health', '/metrics']) expect((await fetch(server.url + path)).status).toBe(200);
  });

  it('that no request could send, and an address that is taken, are said at once', async () => {
    await expect(serveTable({ target }, { apiKey: 'two words' })).rejects.toThrow(/API key has characters/);
    const server = await serveTable({ target: lettersModel(1) });
    servers.push(server);
    const port = Number(new URL(server.url).port);
    await expect(serveTable({ target }, { port } as object)).rejects.toThrow(
      /Port \d+ of 127.0.0.1 is in use/,
    );
  });
});
