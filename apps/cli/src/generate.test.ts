import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finishCommand, runCommand, startCommand } from '../testing/run-command.js';

const prompt = 'export class ShoppingCart {\n  private items: Item[] = [];\n\n';
// A fixed length draws the same text again, one thread needs no measuring of threads.
const shared = ['generate', '--threads', '1', '--draft-length', '4', '-n', '24'];
const greedy = [...shared, '--temperature', '0'];

interface GenerateJson {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly finishReason: string;
  readonly counters: Record<string, number>;
  readonly logprobs?: readonly { token: number; logprob: number; top: readonly { logprob: number }[] }[];
  readonly settings: Record<string, unknown>;
  readonly seed: number;
  readonly drafter?: string;
}

async function generateJson(commandArguments: readonly string[]): Promise<GenerateJson> {
  const { code, stdout, stderr } = await runCommand([...commandArguments, '--json']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as GenerateJson;
}

let folder: string;
let reference: GenerateJson;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-generate-'));
  reference = await generateJson([...greedy, prompt]);
});
afterAll(() => rm(folder, { recursive: true }));

describe('foretoken generate', () => {
  it('prints one JSON document with the text and how it came about', () => {
    expect(reference).toMatchObject({
      finishReason: 'maximum-tokens',
      lossy: false,
      seed: 0,
      drafter: 'draft.gguf',
      settings: { temperature: 0, rule: 'block', draftLength: 4 },
    });
    expect(reference.text.length).toBeGreaterThan(0);
    expect(reference.tokens).toHaveLength(24);
    expect(reference.counters['committedCount']).toBe(24);
    expect(reference.counters['acceptedCount']).toBeGreaterThan(0);
    expect(reference.counters['decodeMilliseconds']).toBeGreaterThan(0);
    // Each target pass commits its accepted tokens and one more; the limit may cut the last round.
    const { roundCount, acceptedCount, committedCount } = reference.counters as Record<string, number>;
    expect(committedCount).toBeLessThanOrEqual((roundCount as number) + (acceptedCount as number));
  });

  it('writes the text alone to standard output, statistics to standard error', async () => {
    const { code, stdout, stderr } = await runCommand([...greedy, prompt]);
    expect(code).toBe(0);
    expect(stdout).toBe(reference.text);
    expect(stderr).toMatch(/24 tokens.*tokens\/s/);
  });

  it('takes the prompt from a file or from standard input', async () => {
    const file = path.join(folder, 'prompt.ts');
    await writeFile(file, prompt);
    expect((await runCommand([...greedy, '--file', file])).stdout).toBe(reference.text);
    expect((await runCommand(greedy, { input: prompt })).stdout).toBe(reference.text);
  });

  it('ends before a stop string', async () => {
    const stop = reference.text.slice(12, 15);
    const { text, finishReason } = await generateJson([...greedy, prompt, '--stop', stop]);
    expect(finishReason).toBe('stop-string');
    expect(text).toBe(reference.text.slice(0, reference.text.indexOf(stop)));
  });

  it('gives the same text for the same seed, another for another', async () => {
    const seeded = (seed: string) => generateJson([...shared, prompt, '--temperature', '1', '--seed', seed]);
    const [first, again, other] = [await seeded('7'), await seeded('7'), await seeded('8')];
    expect(again.text).toBe(first.text);
    expect(other.text).not.toBe(first.text);
  });

  it('takes repeated options before the prompt', async () => {
    const [first, second] = reference.tokens as [number, number];
    const bias = ['--logit-bias', `${first}=-inf`, '--logit-bias', `${second}=-1e9`];
    const { tokens } = await generateJson([...greedy, ...bias, prompt]);
    expect(tokens).not.toContain(first);
    expect(tokens).not.toContain(second);
  });

  it('reports log-probabilities with the most probable tokens', async () => {
    const { logprobs, tokens } = await generateJson([...greedy, prompt, '--logprobs', '3']);
    expect(logprobs?.map(({ token }) => token)).toEqual(tokens);
    for (const { logprob, top } of logprobs ?? []) {
      expect(top).toHaveLength(3);
      // Greedy: the token is the most probable one.
      expect(logprob).toBe(top[0]?.logprob);
      expect(logprob).toBeLessThanOrEqual(0);
    }
  });

  it('drafts trees where asked to, under a rule that takes them', async () => {
    const tree = ['generate', '--threads', '1', '-n', '24', '-t', '0', prompt];
    for (const [shape, most] of [
      ['2,2,1', 10],
      ['sampled:16', 16],
      ['dynamic:16', 16],
      ['auto', 63],
    ] as const) {
      const { settings, counters, tokens } = await generateJson([...tree, '--tree', shape]);
      expect(settings).toMatchObject({ tree: shape, draftLength: most, rule: 'traversal' });
      expect(tokens).toHaveLength(24);
      // Trees that take turns with plain rounds, or cost too much here, may not be drafted at all.
      if (shape !== 'auto') expect(counters['acceptedCount']).toBeGreaterThan(0);
    }
    const head = await generateJson([...tree, '--draft', 'eagle', '--tree', '2,2,1']);
    expect(head).toMatchObject({ drafter: 'eagle', settings: { tree: '2,2,1', draftLength: 10 } });
    expect(head.counters['acceptedCount']).toBeGreaterThan(0);
    const chains = await runCommand([...tree, '--tree', '2,2', '--rule', 'block']);
    expect(chains).toMatchObject({ code: 2 });
    expect(chains.stderr).toMatch(/block takes no trees.*recursive-rejection/);
    const lookup = await runCommand([...tree, '--tree', '2,2', '--draft', 'prompt-lookup']);
    expect(lookup.stderr).toMatch(/--tree needs a draft model/);
    for (const wrong of ['2,0', '9,9', 'dynamic:64', 'sampled:0']) {
      expect(await runCommand([...tree, '--tree', wrong])).toMatchObject({ code: 2 });
    }
  });

  it('colours by origin only where colour is on', async () => {
    const plain = await runCommand([...greedy, prompt, '--color']);
    expect(plain.stdout).toBe(reference.text);
    const coloured = await runCommand([...greedy, prompt, '--color'], { environment: { FORCE_COLOR: '1' } });
    const escape = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
    expect(coloured.stdout).toMatch(escape);
    expect(coloured.stdout.replace(escape, '')).toBe(reference.text);
  });

  it('learns the length by default, and drafts from the prompt where asked to', async () => {
    const options = ['--threads', '1', '-n', '16', '-t', '0', '--draft', 'prompt-lookup'];
    const { settings, drafter } = await generateJson(['generate', prompt.repeat(3), ...options]);
    expect(settings['draftLength']).toBe('auto');
    expect(drafter).toBe('prompt-lookup');
  });

  it('drafts from the text that it edits, where that is named', async () => {
    const file = path.join(folder, 'source.ts');
    await writeFile(file, reference.text);
    const { text, drafter, counters } = await generateJson([
      ...greedy,
      prompt,
      '--draft',
      'input-copy',
      '--source',
      file,
    ]);
    expect(text).toBe(reference.text);
    expect(drafter).toBe('input-copy');
    // The output is the source: almost every token is one that was drafted.
    expect(counters['acceptedCount']).toBeGreaterThan(15);
    const empty = path.join(folder, 'empty.ts');
    await writeFile(empty, '');
    const refused = await runCommand([...greedy, prompt, '--draft', 'input-copy', '--source', empty]);
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/source to copy from has no tokens/),
    });
  });

  it.each(['llamacpp', 'onnx'])('drafts with a head of the embedded target, on %s', async (backend) => {
    const options = ['generate', prompt, '--threads', '1', '-n', '24', '-t', '0', '--backend', backend];
    const plain = await generateJson([...options, '--draft', 'none']);
    for (const head of ['mlp-speculator', 'eagle', 'hass']) {
      const { counters, drafter, tokens } = await generateJson([
        ...options,
        '--draft',
        head,
        '--draft-length',
        '4',
      ]);
      expect(drafter).toBe(head);
      expect(counters['acceptedCount']).toBeGreaterThan(0);
      // The first tokens of this text are no close calls.
      expect(tokens.slice(0, 8)).toEqual(plain.tokens.slice(0, 8));
    }
  });

  it.each([
    ['llamacpp', 'prompt-lookup+eagle', 'priority', 'prompt-lookup or eagle'],
    ['onnx', 'prompt-lookup+eagle', 'merge', 'prompt-lookup and eagle'],
    ['onnx', 'mlp-speculator+embedded', 'merge', 'mlp-speculator and draft.gguf'],
  ])('on %s joins %s by %s', async (backend, draft, combination, name) => {
    const text = prompt.repeat(2);
    const options = ['generate', text, '--threads', '1', '-n', '32', '-t', '0', '--backend', backend];
    const plain = await generateJson([...options, '--draft', 'none']);
    const joined = ['--draft', draft, '--combine', combination];
    const length = combination === 'merge' ? [] : ['--draft-length', '4'];
    const { tokens, drafter, counters, settings } = await generateJson([...options, ...joined, ...length]);
    expect(drafter).toBe(name);
    // A tree needs a rule that takes it, and has room for all drafters.
    expect(settings['rule']).toBe(combination === 'merge' ? 'traversal' : 'block');
    expect(settings['draftLength']).toBe(combination === 'merge' ? 8 : 4);
    expect(counters['acceptedCount']).toBeGreaterThan(0);
    // The first tokens of this text are no close calls.
    expect(tokens.slice(0, 8)).toEqual(plain.tokens.slice(0, 8));
  });

  it('joins drafters in the order of what they promise, by measured costs', async () => {
    const joined = ['--draft', 'prompt-lookup+embedded', '--combine', 'estimate'];
    const { tokens, drafter } = await generateJson([...greedy, prompt, ...joined]);
    expect(drafter).toBe('prompt-lookup or draft.gguf');
    expect(tokens.slice(0, 8)).toEqual(reference.tokens.slice(0, 8));
  });

  it("lets the text guess the draft model's tokens", async () => {
    const staged = [...greedy, '--draft-length', '8', prompt.repeat(2), '--stage', 'prompt-lookup'];
    const { drafter, counters } = await generateJson(staged);
    expect(drafter).toBe('draft.gguf after prompt-lookup');
    expect(counters['acceptedCount']).toBeGreaterThan(0);
  });

  it('learns what rounds with a head cost, up to as many tokens as it has steps', async () => {
    const options = [
      'generate',
      prompt,
      '--threads',
      '1',
      '-n',
      '24',
      '-t',
      '0',
      '--draft',
      'mlp-speculator',
    ];
    const { settings } = await generateJson(options);
    expect(settings['draftLength']).toBe('auto');
  });

  it('says that a head is for the embedded target only', async () => {
    const other = ['generate', prompt, '--model', path.join(folder, 'other.gguf'), '--draft', 'eagle'];
    const { code, stderr } = await runCommand(other);
    expect(code).toBe(2);
    expect(stderr).toMatch(/eagle was trained for the embedded target/);
  });

  it.each([
    ['llamacpp', 'early-exit:4', /^target-4-layers-/],
    ['onnx', 'skip-layers:5,3', /^target\.gguf \(6 layers\)$/],
  ])("on %s drafts with the target's own layers: %s", async (backend, draft, name) => {
    const { code, stdout, stderr } = await runCommand(
      [...greedy, prompt, '--backend', backend, '--draft', draft, '--json'],
      { environment: { NO_COLOR: '1', FORETOKEN_CACHE: folder } },
    );
    expect(code, stderr).toBe(0);
    const { tokens, drafter, counters } = JSON.parse(stdout) as GenerateJson;
    expect(tokens).toHaveLength(24);
    expect(drafter).toMatch(name);
    expect(counters['draftedCount']).toBeGreaterThan(0);
  });

  it('ends quietly when its reader has enough', async () => {
    const child = startCommand([...shared, prompt, '-n', '400', '--ignore-end']);
    child.stdin.end();
    child.stdout.once('data', () => child.stdout.destroy());
    const { code, stderr } = await finishCommand(child);
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|Error/);
  });

  it('keeps the text so far when interrupted, and exits with 130', async () => {
    const child = startCommand([...greedy, prompt, '-n', '900', '--ignore-end']);
    child.stdin.end();
    child.stdout.once('data', () => child.kill('SIGINT'));
    const { code, stdout, stderr } = await finishCommand(child);
    expect(code).toBe(130);
    expect(stdout.slice(0, 8)).toBe(reference.text.slice(0, Math.min(8, stdout.length)));
    expect(stderr).toContain('cancelled');
  });
});
