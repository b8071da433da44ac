import { appendFile, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  type ModelConfiguration,
  parsePlan,
  parseProfile,
  type PassCostsEntry,
  type Plan,
  type Profile,
  type RoundCostsEntry,
  writeProfile,
} from '@foretoken/planner';
import { startServer } from '@foretoken/server';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countedAcceptance } from '../testing/counted-acceptance.js';
import { runCommand } from '../testing/run-command.js';
import { loadPlan } from './planning/open-plan.js';
import { openServedModel } from './serving/open-served-model.js';

let folder: string;
const inFolder = (name: string): string => path.join(folder, name);
const plan = (...options: string[]) => planInto('plan.json', ...options);
const planInto = (output: string, ...options: string[]) =>
  runCommand(['plan', '--profile', inFolder('profile.json'), '--output', inFolder(output), ...options]);
/** Copies: one of them is damaged here. */
const models = (): string[] => ['--model', inFolder('big.gguf'), '--draft', inFolder('small.gguf')];

/** A profile of a few seconds, with costs and acceptance that leave no doubt what pays. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-plan-command-'));
  await copyFile(tinyModels.target, inFolder('big.gguf'));
  await copyFile(tinyModels.draft, inFolder('small.gguf'));
  const profiled = await runCommand([
    'profile',
    ...models(),
    '-o',
    inFolder('profile.json'),
    '--threads',
    '1',
    '--budget',
    '3s',
  ]);
  expect(profiled.code, profiled.stderr).toBe(0);
  const profile = parseProfile(await readFile(inFolder('profile.json'), 'utf8'), 'profile.json');
  const plain = Math.min(
    ...profile.passCosts.flatMap(({ configuration, milliseconds }) =>
      configuration.model === 'big.gguf' ? (milliseconds[0] as number) : [],
    ),
  );
  const roundCosts = profile.roundCosts.map((entry) => ({
    ...entry,
    lengths: [0, 1, 3, 7],
    milliseconds: [1, 1.1, 1.2, 1.6].map((factor) => factor * plain),
  }));
  await writeProfile(inFolder('profile.json'), { ...profile, roundCosts });
});
afterAll(() => rm(folder, { recursive: true }));

const readPlanFile = async (): Promise<Plan> =>
  parsePlan(await readFile(inFolder('plan.json'), 'utf8'), 'plan.json');

describe('foretoken plan', () => {
  it('writes a plan, explains it, and draws its page', async () => {
    const { code, stdout, stderr } = await plan(...models(), '--explain', '--report', inFolder('plan.html'));
    expect(code, stderr).toBe(0);
    const written = await readPlanFile();
    expect(written.drafters.map(({ name }) => name)).toEqual(['small.gguf']);
    expect(stdout).toMatch(/predicted: \d\.\d\dx \[.*\] of plain decoding \(95 %\)/);
    for (const { text } of written.decisions) expect(stderr).toContain(text);
    const page = await readFile(inFolder('plan.html'), 'utf8');
    expect(page.match(/<svg/g)).toHaveLength(4);
    expect(page).toContain('Which models should be paired? big.gguf with small.gguf');
    expect(page).not.toMatch(/(src|href)="http/);
  });

  it('takes a pipeline file instead of flags, with paths beside it', async () => {
    const pipeline = {
      format: 'foretoken-pipeline',
      version: 1,
      target: { model: 'big.gguf' },
      drafters: [{ kind: 'draft-model', model: 'small.gguf' }],
      sampling: { temperature: 0.8 },
    };
    await writeFile(inFolder('pipeline.json'), JSON.stringify(pipeline));
    const described = ['--pipeline', inFolder('pipeline.json')];
    const [flags, file, both] = await Promise.all([
      planInto('flags.json', ...models(), '--json'),
      planInto('file.json', ...described, '--json'),
      planInto('both.json', ...described, '--objective', 'energy'),
    ]);
    expect(file.code, file.stderr).toBe(0);
    expect(JSON.parse(file.stdout).plan).toEqual(JSON.parse(flags.stdout).plan);
    expect(both.code).toBe(2);
  });

  it('speaks the words of other engines on standard output alone', async () => {
    const [llama, vllm] = await Promise.all([
      planInto('llama.json', ...models(), '--emit', 'llama-server'),
      planInto('vllm.json', ...models(), '--emit', 'vllm'),
    ]);
    expect(llama.stdout).toMatch(/^llama-server -m .*big\.gguf .*--spec-type draft-simple.*\n$/);
    expect(llama.stderr).toContain('cannot be expressed: the rule block');
    expect(JSON.parse(vllm.stdout)).toMatchObject({ method: 'draft_model' });
  });

  it('refuses what it cannot plan, and says what to do', async () => {
    await writeFile(inFolder('broken.json'), '{"format": "foretoken-pipeline", "version": 1, "target": {}}');
    const refused: [options: string[], message: RegExp][] = [
      [[...models(), '--memory-limit', '1MB'], /1\.0 MB is impossible: the smallest that works is \d/],
      [[...models(), '--objective', 'energy'], /holds no energy of the target/],
      [[...models(), '--temperature', '0.3'], /other sampling settings/],
      [['--pipeline', inFolder('broken.json')], /broken\.json is no pipeline: target\.model/],
    ];
    const results = await Promise.all(refused.map(([options]) => planInto('refused.json', ...options)));
    for (const [index, { code, stderr }] of results.entries()) {
      expect(code).toBe(1);
      expect(stderr).toMatch(refused[index]?.[1] as RegExp);
    }
  });

  it.each([
    [['--stage', 'prompt-lookup'], '--stage says how a drafter drafts: name it with --draft'],
    [['--tree', '2,2'], '--tree says how a drafter drafts: name it with --draft'],
    [['--combine', 'merge'], 'Allowed choices are single, estimate'],
  ])('does not overhear %j', async (options, message) => {
    const { code, stderr } = await planInto('unheard.json', '--model', inFolder('big.gguf'), ...options);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('refuses a stale profile by what differs, and takes it where that is allowed', async () => {
    const text = await readFile(inFolder('profile.json'), 'utf8');
    const profile = JSON.parse(text) as Profile;
    const stale = inFolder('stale.json');
    await writeFile(
      stale,
      JSON.stringify({ ...profile, machine: { ...profile.machine, processor: 'abacus' } }),
    );
    const flags = ['plan', '--profile', stale, '--output', inFolder('stale-plan.json'), ...models()];
    const [refused, allowed] = await Promise.all([
      runCommand(flags),
      runCommand([...flags, '--allow-stale']),
    ]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('the processor was abacus');
    expect(allowed.code, allowed.stderr).toBe(0);
    expect(allowed.stderr).toContain('stale profile: the processor was abacus');
    // The plan is as stale as its profile.
    const used = await runCommand(['generate', 'let', '--plan', inFolder('stale-plan.json'), '-n', '4']);
    expect(used.code).toBe(1);
    expect(used.stderr).toContain('the processor was abacus');
  });
});

describe('by a plan', () => {
  beforeAll(async () => {
    const { code, stderr } = await plan(...models());
    expect(code, stderr).toBe(0);
  });

  it('generate drafts, and gives the text of plain decoding', async () => {
    const shared = ['export function add(', '-t', '0', '-n', '32', '--json'];
    const plainly = ['--model', inFolder('big.gguf'), '--draft', 'none', '--threads', '1'];
    const [planned, plain] = await Promise.all([
      runCommand(['generate', ...shared, '--plan', inFolder('plan.json')]),
      runCommand(['generate', ...shared, ...plainly]),
    ]);
    expect(planned.code, planned.stderr).toBe(0);
    const { text, counters, settings, plan: used } = JSON.parse(planned.stdout);
    expect(text).toBe(JSON.parse(plain.stdout).text);
    expect(counters.draftedCount).toBeGreaterThan(0);
    expect(settings).toMatchObject({ temperature: 0, rule: (await readPlanFile()).rule });
    expect(used.predicted.speedup.estimate).toBeGreaterThan(1);
    expect(planned.stderr).toContain('--temperature instead of what the plan says');
  });

  it('serve drafts by its controller; a stale plan is refused', async () => {
    const signal = new AbortController().signal;
    const planned = await loadPlan(inFolder('plan.json'), {}, signal);
    const opened = await openServedModel(
      {
        models: { model: 'embedded', backend: 'llamacpp', plan: inFolder('plan.json') },
        plan: planned,
        name: 'planned',
        chatTemplate: undefined,
        draftLength: 'auto',
        rule: planned.rule,
        sampling: planned.sampling,
      },
      signal,
    );
    try {
      const { model } = opened;
      expect(model.target.name).toBe('big.gguf');
      const server = await startServer({ model, port: 0, clock: () => performance.now() });
      const drafted = await fetch(`${server.url}/v1/completions`, {
        method: 'POST',
        body: JSON.stringify({ prompt: 'export function add(', max_tokens: 32, temperature: 0 }),
      });
      const { usage } = (await drafted.json()) as { usage: { speculation: { drafted_tokens: number } } };
      // The profile says that drafting pays: no round has to show it first.
      expect(usage.speculation.drafted_tokens).toBeGreaterThan(0);
      expect(model.createDraftLength?.()?.name).toBe('learning');
      await server.close();
    } finally {
      await opened.close();
    }
    const stale = inFolder('stale-serve.json');
    await writeFile(
      stale,
      JSON.stringify({ ...planned, machine: { ...planned.machine, processor: 'abacus' } }),
    );
    await expect(loadPlan(stale, {}, signal)).rejects.toThrow(/the processor was abacus/);
  });

  it('generate drafts trees where they are planned, and gives the text of plain decoding', async () => {
    // Second guesses that are often right, and trees that cost what chains do: no doubt what is best.
    const profile = parseProfile(await readFile(inFolder('profile.json'), 'utf8'), 'profile.json');
    const [{ contextTokens, target, draft, drafter, sampling }] = profile.roundCosts as [RoundCostsEntry];
    const pair = { target, draft, drafter, sampling, rule: 'traversal' };
    const lengths = Array.from({ length: 64 }, (_, index) => index + 1);
    const passesOf = (configuration: ModelConfiguration, fixed: number, perToken: number): PassCostsEntry => {
      const milliseconds = lengths.map((length) => fixed + perToken * length);
      return { configuration, contextTokens, lengths, milliseconds };
    };
    const passCosts = [passesOf(target, 10, 0.1), passesOf(draft as ModelConfiguration, 0.2, 0.01)];
    const roundCosts = [
      { ...pair, contextTokens, lengths: [0, 1, 3, 7], milliseconds: [10.1, 10.4, 11, 12.3] },
    ];
    const tree = { widths: [4, 2], tokens: 13, milliseconds: 11.3, chainMilliseconds: 11.3 };
    const treePasses = [{ configuration: target, contextTokens, trees: [tree] }];
    const ranks = [0, 1, 2].map(() => [0.7, 0.7].map((share) => ({ reached: 1000, accepted: 1000 * share })));
    const prompts = { promptsSha256: 'a'.repeat(64), promptCount: 1, promptsUsed: 1 };
    const treeAcceptance = [{ ...pair, ...prompts, widths: [2, 2, 2], ranks }];
    // Regression: chains were accepted as measured, in a short profile now and then as well as these trees.
    const acceptance = profile.acceptance.map((entry) => countedAcceptance(entry, 0.6));
    const measured = { passCosts, roundCosts, acceptance, treePasses, treeAcceptance };
    await writeProfile(inFolder('trees.json'), {
      ...profile,
      ...measured,
      roundsInTexts: [],
      treeRounds: [],
    });
    const made = ['plan', '--profile', inFolder('trees.json'), '--output', inFolder('tree-plan.json')];
    const { code, stdout, stderr } = await runCommand([...made, ...models(), '--explain']);
    expect(code, stderr).toBe(0);
    const { drafters, rule } = parsePlan(
      await readFile(inFolder('tree-plan.json'), 'utf8'),
      'tree-plan.json',
    );
    const nodes = drafters[0]?.tree?.parents.length as number;
    expect(stderr).toMatch(/draft-trees:\n {2}small\.gguf drafts trees of \d+ nodes \(2/);
    expect(stdout).toContain(`drafting: small.gguf, trees of ${nodes} nodes; verified by traversal`);
    const shared = ['generate', 'export function add(', '-t', '0', '-n', '32', '--json'];
    const plainly = ['--model', inFolder('big.gguf'), '--draft', 'none', '--threads', '1'];
    const [planned, plain] = await Promise.all([
      runCommand([...shared, '--plan', inFolder('tree-plan.json')]),
      runCommand([...shared, ...plainly]),
    ]);
    expect(planned.code, planned.stderr).toBe(0);
    const { text, counters, settings } = JSON.parse(planned.stdout);
    expect(text).toBe(JSON.parse(plain.stdout).text);
    expect(settings.rule).toBe(rule);
    // A tree keeps one path: of whole trees most nodes are off it.
    expect(counters.draftedCount).toBeGreaterThan(2 * counters.acceptedCount);
    await writeFile(inFolder('prompt.txt'), 'export function add(\n');
    const timed = ['--prompts', inFolder('prompt.txt'), '-n', '12', '--repeats', '1'];
    const asked = ['--draft-length', `auto,${nodes},1`];
    const bench = await runCommand(['bench', '--plan', inFolder('tree-plan.json'), ...timed, ...asked]);
    expect(bench.code, bench.stderr).toBe(0);
    expect(bench.stdout).toContain(`trees of ${nodes} nodes, draft length ${nodes}: `);
    // The plan, and its trees in every round; other trees are not predicted.
    const estimate = drafters[0]?.tree?.prediction.speedup.estimate as number;
    expect(bench.stdout.match(/predicted [\d.]+x \[.*, measured \d/g)).toEqual(
      [0, 1].map(() => expect.stringContaining(`predicted ${estimate.toFixed(2)}x [`)),
    );
  });

  it('generate runs another key-value cache where it is permitted, and says that it is another target', async () => {
    const profile = parseProfile(await readFile(inFolder('profile.json'), 'utf8'), 'profile.json');
    const [own] = profile.roundCosts as [RoundCostsEntry];
    const target = { ...own.target, cacheType: 'q8_0' };
    const halved = { ...own, target, milliseconds: own.milliseconds.map((cost) => cost / 2) };
    const acceptance = profile.acceptance.flatMap((entry) => [entry, { ...entry, target }]);
    await writeProfile(inFolder('caches.json'), { ...profile, acceptance, roundCosts: [own, halved] });
    const made = ['plan', '--profile', inFolder('caches.json'), ...models(), '--output'];
    const [kept, other] = await Promise.all([
      runCommand([...made, inFolder('kept.json'), '--explain']),
      runCommand([...made, inFolder('other.json'), '--target-cache-types', 'q8_0']),
    ]);
    expect(kept.code, kept.stderr).toBe(0);
    expect(kept.stderr).toContain('Q8_0 with a q8_0 cache is left out');
    expect(other.stdout).toMatch(/big\.gguf as Q8_0 with a q8_0 cache on .*ANOTHER TARGET/);
    const run = ['generate', 'export function add(', '--plan', inFolder('other.json'), '-t', '0', '-n', '16'];
    const { code, stderr } = await runCommand([...run, '--json']);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('ANOTHER TARGET: the plan runs big.gguf as Q8_0 with a q8_0 cache');
  });

  it('bench prints predicted beside measured', async () => {
    await writeFile(inFolder('prompts.txt'), 'export function add(\n');
    const prompts = ['--prompts', inFolder('prompts.txt'), '-n', '12', '--repeats', '1'];
    const lengths = ['--draft-length', 'auto,3'];
    const by = ['bench', '--plan', inFolder('plan.json')];
    const { code, stdout, stderr } = await runCommand([...by, ...prompts, ...lengths]);
    expect(code, stderr).toBe(0);
    expect(stdout.match(/predicted \d\.\d\dx \[\d\.\d\d, \d\.\d\d\], measured \d/g)).toHaveLength(2);
  });

  it('refuses a model file that changed, by its name', async () => {
    await appendFile(inFolder('small.gguf'), '.');
    const by = ['generate', 'let', '--plan', inFolder('plan.json'), '-n', '4'];
    const [changed, planned, other] = await Promise.all([
      runCommand(by),
      planInto('changed.json', ...models()),
      runCommand([...by, ...models()]),
    ]);
    expect(changed.code).toBe(1);
    expect(changed.stderr).toContain('the model small.gguf changed');
    expect(planned.code).toBe(1);
    expect(planned.stderr).toContain('the model small.gguf was another file');
    // A plan says which models run.
    expect(other.code).toBe(2);
  });
});
