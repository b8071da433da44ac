import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { literalDifference, randomTable, type TableLaw } from '@foretoken/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startTableServer,
  type TableServer,
  type TableServerOptions,
} from '../../../packages/audit/testing/table-server.js';
import { finishCommand, runCommand, startCommand } from '../testing/run-command.js';

const vocabularySize = 5;
const table = randomTable(5, vocabularySize, 'smooth');
const draftTable = randomTable(9, vocabularySize, 'peaked');
const law: TableLaw = (history) => table(history.slice(-2));
const draftLaw: TableLaw = (history) => draftTable(history.slice(-2));

let folder: string;
let prompts: string;
const servers: TableServer[] = [];
const start = async (options: Partial<TableServerOptions>): Promise<string> => {
  const server = await startTableServer({ kind: 'llama-server', vocabularySize, law, draftLaw, ...options });
  servers.push(server);
  return server.url;
};
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-endpoint-'));
  prompts = path.join(folder, 'prompts.txt');
  await writeFile(prompts, 'abc\ncde\n');
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await rm(folder, { recursive: true });
});
const audit = (url: string, ...rest: string[]) =>
  runCommand(['audit', '--endpoint', url, '--prompts', prompts, ...rest]);

describe('foretoken audit --endpoint', () => {
  it('says that an exact server is equivalent, with 0', async () => {
    const url = await start({ rule: 'block' });
    const { code, stdout, stderr } = await audit(url, '--draws', '300', '--margin', '0.35');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/\d+ tokens were drafted in these draws, \d+ of them accepted/);
    expect(stdout).toMatch(/Equivalent within total variation 0\.\d+ at confidence 0\.95/);
    expect(stdout).toMatch(
      /11 cells: the likely tokens of each of 2 prompts, and the others: total variation/,
    );
    expect(stderr).toMatch(/50 %: draws \(\d+ s left\)/);
  });

  it('says where a biased one goes wrong, with 1, as JSON', async () => {
    const url = await start({ rule: literalDifference, kind: 'ollama' });
    const { code, stdout, stderr } = await audit(url, '--json');
    expect(code, stderr).toBe(1);
    const report = JSON.parse(stdout) as { verdict: { failures: object[] } };
    expect(report).toMatchObject({
      mode: 'samples against reported probabilities',
      sampling: { temperature: 1 },
      stoppedEarly: true,
      verdict: { outcome: 'not lossless' },
    });
    expect(report.verdict.failures[0]).toMatchObject({ position: 1, cause: expect.any(String) });
  });

  it('says that too few draws show nothing, with 3', async () => {
    const { code, stdout } = await audit(await start({ kind: 'openai' }), '--draws', '50');
    expect(code).toBe(3);
    expect(stdout).toMatch(/Not enough evidence: .*50 draws show a total variation below/);
  });

  it('compares two settings', async () => {
    const url = await start({ rule: literalDifference });
    const plain = await start({ draftLaw: undefined });
    const { code, stdout, stderr } = await audit(url, '--against', plain, '--draws', '400');
    expect(code, stderr).toBe(1);
    expect(stdout).toMatch(/First: \d+ tokens were drafted/);
    expect(stdout).toMatch(/Second: No tokens were drafted in these draws/);
    expect(stdout).toMatch(/Not lossless from token 1 on: first tokens differ/);
  });

  it('sends further fields', async () => {
    const seen = new Set<unknown>();
    const url = await start({
      interfere: (_, __, body) => {
        seen.add(JSON.stringify([body['speculative.n_max'], body['mode']]));
        return false;
      },
    });
    const fields = ['--endpoint-set', 'speculative.n_max=0', '--endpoint-set', 'mode=quick'];
    await audit(url, '--draws', '5', ...fields);
    expect([...seen]).toEqual(['[0,"quick"]']);
  });

  it('gives the verdict so far when interrupted', async () => {
    const url = await start({});
    const child = startCommand(['audit', '--endpoint', url, '--prompts', prompts, '--draws', '100000']);
    child.stdin.end();
    const poll = setInterval(() => {
      if ((servers.at(-1)?.requests() ?? 0) <= 150) return;
      clearInterval(poll);
      child.kill('SIGINT');
    }, 20);
    const { code, stdout } = await finishCommand(child);
    expect(code).toBe(3);
    expect(stdout).toMatch(/the audit was cancelled after \d+ of 100000 draws/);
  });

  it('keeps what was measured when the server dies', async () => {
    const url = await start({
      interfere: (request, response) => {
        if (request < 200) return false;
        response.destroy();
        return true;
      },
    });
    const { code, stdout } = await audit(url, '--retries', '0');
    expect(code).toBe(3);
    expect(stdout).toMatch(/Not enough evidence: after \d+ of 4000 draws: .*cannot be reached/);
    expect(stdout).toMatch(/Bound: first token by prompt/);
  });

  // Was wrong: 1, which says that a server is not lossless.
  it('names a server that is not there, with 4', async () => {
    const { code, stdout, stderr } = await audit('http://127.0.0.1:1', '--retries', '0');
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toMatch(/127\.0\.0\.1:1.* cannot be reached.*Check that the server runs/);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it.each([
    [['--endpoint', 'nowhere'], /"nowhere" is no URL/],
    [['--endpoint', 'http://127.0.0.1:1', '--rule', 'block'], /--rule is for models that are loaded here/],
    [['--endpoint', 'http://127.0.0.1:1', '--html', 'page.html'], /--html is for models/],
    [['--endpoint', 'http://127.0.0.1:1', '--against-set', 'a=1'], /--against-set needs --against/],
    [['--endpoint', 'http://127.0.0.1:1', '--endpoint-set', 'a'], /--endpoint-set.*FIELD=VALUE/],
    [['--endpoint', 'http://127.0.0.1:1', '--tokens', '5'], /--tokens takes a whole number from 1 to 4/],
    [['--against', 'http://127.0.0.1:1'], /--against needs --endpoint/],
  ])('audit %j is refused with 2', async (commandArguments, message) => {
    const { code, stdout, stderr } = await runCommand(['audit', ...commandArguments]);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
