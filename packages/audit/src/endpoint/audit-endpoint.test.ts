import {
  EndpointReplyError,
  EndpointUnreachableError,
  InvalidArgumentError,
  InvalidProbabilitiesError,
} from '@foretoken/core';
import { literalDifference, randomTable, type TableLaw } from '@foretoken/core/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { startTableServer, type TableServer, type TableServerOptions } from '../../testing/table-server.js';
import { auditEndpoint, type AuditEndpointOptions } from './audit-endpoint.js';
import type { SampleAudit } from './reported/audit-samples.js';

const vocabularySize = 5;
const table = randomTable(5, vocabularySize, 'smooth');
const draftTable = randomTable(9, vocabularySize, 'peaked');
const law: TableLaw = (history) => table(history.slice(-2));
const draftLaw: TableLaw = (history) => draftTable(history.slice(-2));
const prompts = ['ab', 'cde'];
const kinds = ['llama-server', 'openai', 'openai-with-ids', 'ollama'] as const;

const servers: TableServer[] = [];
async function start(options: Partial<TableServerOptions>): Promise<TableServer> {
  const server = await startTableServer({ kind: 'llama-server', vocabularySize, law, ...options });
  servers.push(server);
  return server;
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
const audit = (
  { url }: { readonly url: string },
  options: Partial<AuditEndpointOptions> = {},
): Promise<SampleAudit> =>
  auditEndpoint({
    endpoint: { url },
    prompts,
    retries: 0,
    concurrency: 8,
    ...options,
  }) as Promise<SampleAudit>;

// Was wrong: a server whose temperature came by a field passed for one that samples plainly, and its reports before
// sampling for what it draws from.
test.each([
  ['temperature', { temperature: 0.5 }],
  ['top_k', { top_k: 3 }],
  ['min_p', { min_p: 0.1 }],
])('a field that sets %s behind the audit is refused', async (name, fields) => {
  const { url } = await start({});
  await expect(audit({ url }, { endpoint: { url, fields } })).rejects.toThrow(
    new RegExp(`The field ${name} is .*give it as a setting of the audit`),
  );
});

test('fields that say what the audit says are sent', async () => {
  const { url } = await start({});
  const fields = { temperature: 1, top_k: 0, top_p: 1, min_p: 0 };
  const { draws } = await audit({ url }, { endpoint: { url, fields }, draws: 20 });
  expect(draws).toBe(20);
});

describe.each(kinds)('a server that speaks %s', (kind) => {
  test('passes where it speculates by an exact rule', async () => {
    const server = await start({ kind, draftLaw, rule: 'tokenwise' });
    const report = await audit(server, { draws: 300, margin: 0.35 });
    expect(report.verdict, report.verdict.summary).toMatchObject({ outcome: 'equivalent', exitCode: 0 });
    expect(report).toMatchObject({ draws: 300, error: undefined, ended: 0 });
    expect(report.drift).toBeLessThan(1e-9);
    if (kind === 'llama-server') expect(report.drafted?.accepted).toBeGreaterThan(40);
    else expect(report.drafted).toBeUndefined();
    // The law after every history was asked for once, or came with a draw.
    expect(report.laws).toBeLessThanOrEqual(prompts.length * (1 + vocabularySize + vocabularySize ** 2));
    expect(report.prompts.map(({ unreported }) => unreported)).toEqual([0, 0]);
  });

  test('is caught where its rule is wrong', async () => {
    const server = await start({ kind, draftLaw, rule: literalDifference });
    const { verdict, stoppedEarly } = await audit(server, { draws: 3000 });
    expect(verdict).toMatchObject({ outcome: 'not lossless', exitCode: 1 });
    expect(verdict.failures[0]).toMatchObject({ position: 1, token: expect.any(String) });
    expect(stoppedEarly).toBe(true);
  });

  test('is caught where it reports other probabilities than it draws from', async () => {
    const report = (honest: readonly number[]): number[] =>
      honest.map((probability) => 0.2 * probability + 0.8 / vocabularySize);
    const { verdict } = await audit(await start({ kind, report }), { draws: 3000 });
    expect(verdict).toMatchObject({ outcome: 'not lossless' });
    expect(verdict.failures[0]?.cause).toMatch(/likely tokens come out too often from the first one on/);
  });

  test('is asked with the sampling settings', async () => {
    const server = await start({ kind, draftLaw, rule: 'block' });
    const report = await audit(server, {
      draws: 250,
      margin: 0.45,
      sampling: { temperature: 0.5, topK: 3 },
      topTokens: 5,
    });
    expect(report.verdict, report.verdict.summary).toMatchObject({ outcome: 'equivalent' });
    // Three tokens at each of three places, nothing else.
    expect(report.laws).toBeLessThanOrEqual(prompts.length * (1 + 3 + 9));
  });

  test('may report fewer tokens than there are', async () => {
    const { prompts: measured, verdict } = await audit(await start({ kind }), { draws: 100, topTokens: 2 });
    expect(verdict.failures).toEqual([]);
    for (const { unreported } of measured) expect(unreported).toBeGreaterThan(0.1);
  });
});

describe('two settings', () => {
  const pair = (first: TableServer, second: TableServer, options: Partial<AuditEndpointOptions> = {}) =>
    auditEndpoint({
      endpoint: { url: first.url },
      against: { url: second.url },
      prompts,
      concurrency: 8,
      ...options,
    });

  test('with speculation and without are equivalent where the rule is exact', async () => {
    const report = await pair(await start({ draftLaw, rule: 'block' }), await start({ kind: 'openai' }), {
      draws: 250,
      margin: 0.4,
      tokens: 2,
    });
    expect(report.verdict, report.verdict.summary).toMatchObject({ outcome: 'equivalent', exitCode: 0 });
    // One side tells no tokens without being asked for probabilities.
    expect(report).toMatchObject({ mode: 'samples against samples', byToken: false });
  });

  test('are told apart where it is not', async () => {
    const report = await pair(await start({ draftLaw, rule: literalDifference }), await start({}), {
      draws: 400,
    });
    expect(report.verdict).toMatchObject({ outcome: 'not lossless', exitCode: 1 });
    expect(report).toMatchObject({ byToken: true });
  });

  test('can be fields of one server', async () => {
    const seen = new Set<unknown>();
    const server = await start({
      interfere: (_, __, body) => {
        seen.add(body['speculative.n_max']);
        return false;
      },
    });
    await auditEndpoint({
      endpoint: { url: server.url },
      against: { url: server.url, fields: { 'speculative.n_max': 0 } },
      prompts,
      draws: 10,
    });
    expect([...seen]).toEqual([undefined, 0]);
  });
});

describe('a server that fails from the start is named', () => {
  const fails = async (
    options: Partial<TableServerOptions>,
    error: new (...rest: never[]) => Error,
    message: RegExp,
    auditOptions: Partial<AuditEndpointOptions> = {},
  ): Promise<void> => {
    const failure = audit(await start(options), auditOptions);
    await expect(failure).rejects.toThrow(error);
    await expect(failure).rejects.toThrow(message);
  };
  const answering = (status: number, text: string): Partial<TableServerOptions> => ({
    interfere: (_, response) => {
      response.statusCode = status;
      response.end(text);
      return true;
    },
  });

  test('refused connections', async () => {
    const { url } = await start({});
    await Promise.all(servers.splice(0).map((server) => server.close()));
    await expect(audit({ url })).rejects.toThrow(EndpointUnreachableError);
    await expect(audit({ url })).rejects.toThrow(
      /cannot be reached: .*ECONNREFUSED.*Check that the server runs/,
    );
  });

  test('no answer in time', () =>
    fails({ interfere: () => true }, EndpointUnreachableError, /did not answer within 0\.05 s/, {
      timeoutMilliseconds: 50,
    }));

  test('a connection that breaks off', () =>
    fails(
      {
        interfere: (_, response) => {
          response.write('{"content"');
          response.destroy();
          return true;
        },
      },
      EndpointUnreachableError,
      /cannot be reached/,
    ));

  test('an error status, with what the server said', () =>
    fails(
      answering(400, '{"error":{"message":"the prompt is too long"}}'),
      EndpointReplyError,
      /status 400: the prompt is too long/,
    ));

  test('malformed JSON', () =>
    fails(
      answering(200, '{"content": "ab", "tok'),
      EndpointReplyError,
      /malformed JSON \(22 characters: \{"content"/,
    ));

  test('an answer without what was asked for', () =>
    fails(
      answering(200, '{"content":"ab"}'),
      EndpointReplyError,
      /completion_probabilities of the token after "ab" are missing/,
    ));

  test('omitted probabilities', async () => {
    await fails(
      answering(200, '{"completion_probabilities":[{"id":1,"top_probs":[]}]}'),
      EndpointReplyError,
      /are missing; the server omits probabilities/,
    );
    const omits = '{"choices":[{"text":"ab","logprobs":null,"finish_reason":"length"}]}';
    await fails(
      { ...answering(200, omits), kind: 'openai' },
      EndpointReplyError,
      /omits logprobs.*--against/,
    );
    await fails(
      { ...answering(200, '{"response":"ab","done_reason":"length"}'), kind: 'ollama' },
      EndpointReplyError,
      /omits logprobs/,
    );
  });

  test('probabilities that are none', async () => {
    const reporting = (report: (honest: readonly number[]) => number[]) => ({ report });
    await fails(
      reporting((honest) => honest.map((probability) => probability * 1.3)),
      InvalidProbabilitiesError,
      /sum to 1\.3000, above 1; they are not normalised/,
    );
    await fails(
      reporting((honest) => honest.map((probability) => probability * 0.5)),
      InvalidProbabilitiesError,
      /5 tokens were reported where 100 were asked for, and their probabilities sum to 0\.5000/,
    );
    await fails(
      reporting((honest) => honest.map((probability, token) => (token === 1 ? Number.NaN : probability))),
      InvalidProbabilitiesError,
      /token "b" is reported with probability NaN/,
    );
    await fails(
      reporting((honest) => honest.map((probability, token) => (token === 1 ? -0.1 : probability))),
      InvalidProbabilitiesError,
      /probability -0\.1/,
    );
  });

  test('probabilities from before the temperature', async () => {
    const raw = await start({ kind: 'openai', reportsRaw: true });
    const failure = audit(raw, { sampling: { temperature: 0.5 } });
    await expect(failure).rejects.toThrow(InvalidArgumentError);
    await expect(failure).rejects.toThrow(/those before sampling.*temperature 1/);
    // At temperature 1 there is no such difference.
    expect((await audit(raw, { draws: 50 })).verdict.failures).toEqual([]);
  });

  test('a server of no known kind', async () => {
    const { url } = await start({});
    await expect(audit({ url: `${url}/elsewhere` })).rejects.toThrow(
      /no server that is known here.*name its kind/,
    );
  });

  test.each([
    ['ftp://localhost', /http or https/],
    ['localhost:8080', /http or https/],
    ['not a url', /is no URL/],
    ['http://user@localhost:1', /the address alone/],
  ])('the address %s', async (url, message) => {
    await expect(audit({ url })).rejects.toThrow(message);
  });
});

describe('a server that fails half-way', () => {
  /** Honest for some requests, then as given; the laws of two prompts and of many histories come before. */
  const failing = (interfere: NonNullable<TableServerOptions['interfere']>): Partial<TableServerOptions> => ({
    kind: 'ollama',
    interfere: (request, response, body, answer) =>
      request >= 120 && interfere(request, response, body, answer),
  });
  const cases: readonly [string, NonNullable<TableServerOptions['interfere']>, string, RegExp][] = [
    [
      'returns errors',
      (_, response) => {
        response.statusCode = 500;
        response.end('{"error":"out of memory"}');
        return true;
      },
      'EndpointReplyError',
      /status 500: out of memory/,
    ],
    [
      'dies',
      (_, response) => {
        response.destroy();
        return true;
      },
      'EndpointUnreachableError',
      /cannot be reached/,
    ],
    ['hangs', () => true, 'EndpointUnreachableError', /did not answer within/],
    [
      'sends half of its answer',
      (_, response, __, answer) => {
        response.end(JSON.stringify(answer()).slice(0, 40));
        return true;
      },
      'EndpointReplyError',
      /malformed JSON/,
    ],
    [
      'omits the probabilities of drafted tokens',
      (_, response, __, answer) => {
        const reply = answer() as { logprobs: { top_logprobs: unknown }[] };
        const logprobs = reply.logprobs.map((entry, index) =>
          index === 1 ? { token: 'z', logprob: 0, top_logprobs: [] } : { ...entry, token: 'z' },
        );
        response.end(JSON.stringify({ ...reply, logprobs }));
        return true;
      },
      'EndpointReplyError',
      /omits the probabilities of token 2, perhaps because it was drafted/,
    ],
    [
      'cuts its draws short',
      (_, response, __, answer) => {
        const reply = answer() as { logprobs: unknown[] };
        response.end(JSON.stringify({ ...reply, logprobs: reply.logprobs.slice(0, 2), done_reason: 'stop' }));
        return true;
      },
      'EndpointReplyError',
      /4 draws ended early, the last after 2 of 3 tokens/,
    ],
  ];

  test.each(cases)('and %s keeps what was measured', async (_, interfere, name, message) => {
    const report = await audit(await start(failing(interfere)), { draws: 1000, timeoutMilliseconds: 2000 });
    expect(report.error).toEqual({ name, message: expect.stringMatching(message) });
    expect(report.draws).toBeGreaterThan(100);
    expect(report.draws).toBeLessThan(130);
    expect(report.firstToken?.count).toBe(report.draws);
    expect(report.verdict).toMatchObject({ outcome: 'not enough evidence', exitCode: 3 });
    expect(report.verdict.missing[0]).toMatch(message);
  });

  test('and leaves out the probabilities of some draws is asked with other seeds', async () => {
    // As llama-server does where the token that it draws is part of a character.
    const server = await start({
      interfere: (_, response, body, answer) => {
        if (Number(body['seed']) > 4 || Number(body['seed']) % 5 === 4) return false;
        response.end(JSON.stringify({ ...(answer() as object), completion_probabilities: undefined }));
        return true;
      },
    });
    const report = await audit(server, { draws: 60, tokens: 2 });
    expect(report).toMatchObject({ draws: 60, error: undefined, verdict: { failures: [] } });
    expect(report.prompts.map(({ unreported }) => unreported)).toEqual([0, 0]);
  });

  test('and never tells a law after a draw has no evidence of equivalence', async () => {
    const server = await start({
      interfere: (_, response, body, answer) => {
        if ((body['prompt'] as number[]).length <= 3 || body['n_predict'] !== 1) return false;
        response.end(JSON.stringify({ ...(answer() as object), completion_probabilities: undefined }));
        return true;
      },
    });
    const options = { prompts: ['abc', 'cde'], draws: 60, tokens: 2, margin: 0.9 };
    const { verdict } = await audit(server, options);
    expect(verdict).toMatchObject({ outcome: 'not enough evidence', failures: [] });
    expect(verdict.missing[0]).toMatch(/100 % of the probability of token 2 was not reported/);
  });

  test('and works at the next try is asked again with the same seed', async () => {
    const seeds: unknown[] = [];
    const server = await start({
      interfere: (request, response, body) => {
        seeds.push(body['seed']);
        if (request % 20 !== 7) return false;
        response.statusCode = 503;
        response.end('{"error":{"message":"busy"}}');
        return true;
      },
    });
    const report = await audit(server, { draws: 40, retries: 2, concurrency: 1 });
    expect(report).toMatchObject({ draws: 40, error: undefined });
    expect(seeds[8]).toBe(seeds[7]);
  });

  test('keeps a difference that was found before', async () => {
    const server = await start({
      kind: 'openai',
      draftLaw,
      rule: literalDifference,
      interfere: (request, response) => {
        if (request < 700) return false;
        response.destroy();
        return true;
      },
    });
    const report = await audit(server, { draws: 100_000, alpha: 1e-3 });
    expect(report.verdict).toMatchObject({ outcome: 'not lossless', exitCode: 1 });
  });

  test('ends a comparison of two settings with the pairs so far', async () => {
    const failing2 = await start({
      interfere: (request, response) => {
        if (request < 100) return false;
        response.destroy();
        return true;
      },
    });
    const report = await auditEndpoint({
      endpoint: { url: (await start({})).url },
      against: { url: failing2.url },
      prompts,
      draws: 1000,
      retries: 0,
    });
    expect(report).toMatchObject({ error: { name: 'EndpointUnreachableError' } });
    expect(report.draws).toBeGreaterThan(90);
    expect(report.verdict.missing[0]).toMatch(/of 1000 pairs of draws.*cannot be reached/);
  });
});

test('cancelling ends requests that hang', async () => {
  const controller = new AbortController();
  const server = await start({ interfere: (request) => request > 60 });
  setTimeout(() => controller.abort(), 800);
  const report = await audit(server, { signal: controller.signal });
  expect(report).toMatchObject({ cancelled: true, error: undefined, verdict: { exitCode: 3 } });
});
