import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { conditions } from './conditions.js';
import { endProcess } from './end-process.js';
import { arrivals, type Generation, type Request, type RunningSystem } from './generation.js';
import type { LlamaServerSetting } from './llama-server-settings.js';
import type { Pair } from './pairs.js';

const startMilliseconds = 120_000;
const tailLength = 4000;

/** What is the same for all settings; nothing of an earlier request is kept. */
export function llamaServerFlags({ usesDraft, flags }: LlamaServerSetting): string[] {
  const threads = String(conditions.threads);
  const shared = `--threads ${threads} --threads-batch ${threads} --ctx-size ${conditions.contextLength} --parallel 1`;
  const forgetting = '--cache-ram 0 --no-cache-prompt --verbosity 1';
  const drafting = ['--spec-draft-threads', threads, '--spec-draft-threads-batch', threads];
  return [...`${shared} ${forgetting}`.split(' '), ...(usesDraft ? drafting : []), ...flags];
}

/** Version and commit, as the program says it. */
export function llamaServerVersion(program: string): string {
  const { stdout, stderr, error } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  const output = `${stdout}${stderr}`;
  const version = /version: (.*)/.exec(output)?.[1];
  if (version === undefined) throw new Error(`${program} --version does not tell a version:\n${output}`);
  return version;
}

/** Starts a server on a free port of this machine, and waits until its models are loaded. */
export async function startLlamaServer(
  program: string,
  { target, draft }: Pair,
  setting: LlamaServerSetting,
  onStart: (process: ChildProcess) => void,
): Promise<RunningSystem> {
  const port = await freePort();
  const files = ['--model', target, ...(setting.usesDraft ? ['--spec-draft-model', draft] : [])];
  const flags = [...files, ...llamaServerFlags(setting), '--host', '127.0.0.1', '--port', String(port)];
  const server = spawn(program, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  onStart(server);
  let tail = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-tailLength);
  });
  const address = `http://127.0.0.1:${port}`;
  const ended = once(server, 'exit').then(() => {
    throw new Error(`llama-server ended: ${[program, ...flags].join(' ')}\n${tail}`);
  });
  ended.catch(() => {});
  await Promise.race([untilHealthy(address), ended]);
  return {
    pid: server.pid as number,
    generate: (request) => Promise.race([complete(address, request), ended]),
    stop: () => endProcess(server),
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return (address as { port: number }).port;
}

async function untilHealthy(address: string): Promise<void> {
  const start = performance.now();
  while (performance.now() - start < startMilliseconds) {
    const isUp = await fetch(`${address}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await sleep(100);
  }
  throw new Error(`llama-server did not load its models within ${startMilliseconds / 1000} s.`);
}

/** An event of POST /completion; the last one has the timings. */
interface CompletionEvent {
  readonly tokens?: readonly number[];
  readonly timings?: {
    readonly predicted_n: number;
    readonly predicted_ms: number;
    readonly draft_n?: number;
    readonly draft_n_accepted?: number;
  };
  readonly error?: { readonly message: string };
}

async function complete(
  address: string,
  { prompt, tokenCount, temperature, seed }: Request,
): Promise<Generation> {
  // The same law in fewer steps where decoding is greedy: nothing but the likeliest token is sorted.
  const samplers = temperature === 0 ? ['top_k'] : ['temperature'];
  const start = performance.now();
  const response = await fetch(`${address}/completion`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      prompt,
      n_predict: tokenCount,
      temperature,
      samplers,
      top_k: temperature === 0 ? 1 : 0,
      top_p: 1,
      min_p: 0,
      seed,
      stream: true,
      return_tokens: true,
      cache_prompt: false,
    }),
  });
  if (!response.ok || response.body === null)
    throw new Error(`llama-server answers ${response.status}: ${await response.text()}`);
  const gaps: number[] = [];
  const tokens: number[] = [];
  let last = start;
  let timings: CompletionEvent['timings'];
  for await (const event of serverSentEvents(response.body)) {
    if (event.error !== undefined) throw new Error(`llama-server: ${event.error.message}`);
    timings = event.timings ?? timings;
    if (event.tokens === undefined || event.tokens.length === 0) continue;
    const now = performance.now();
    tokens.push(...event.tokens);
    gaps.push(now - last, ...event.tokens.slice(1).map(() => 0));
    last = now;
  }
  if (timings === undefined) throw new Error('llama-server ended a stream without its timings.');
  return {
    // Not the tokens of the stream: those of incomplete characters are not in it.
    count: timings.predicted_n,
    ...arrivals(gaps),
    drafted: timings.draft_n ?? 0,
    accepted: timings.draft_n_accepted ?? 0,
    reportedMilliseconds: timings.predicted_ms,
    tokens,
  };
}

async function* serverSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<CompletionEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() as string;
    for (const line of lines) {
      if (line.startsWith('data: {')) yield JSON.parse(line.slice('data: '.length)) as CompletionEvent;
      if (line.startsWith('error: ')) throw new Error(`llama-server: ${line}`);
    }
  }
}
