import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testing/run-command.js';
import { writeRecurrentModel } from '../../../test/support/write-other-architectures.js';
import { writeHollowGguf } from '../../../test/support/write-hollow-gguf.js';
import { writeHuggingFaceFolder } from '../../../test/support/write-hugging-face-folder.js';

const failure = 1;
const usage = 2;
/** One thread needs no measuring of threads. */
const oneThread = ['generate', 'let', '--threads', '1'];

let folder: string;
const inFolder = (name: string): string => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-bad-input-'));
  await writeFile(inFolder('notes.txt'), 'Not a model, however often it is loaded.\n'.repeat(10));
  await writeFile(inFolder('garbage.gguf'), Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(4096, 0xa7)]));
  await writeFile(inFolder('garbage.safetensors'), Buffer.alloc(4096, 0x21));
  await writeFile(inFolder('empty.txt'), '\n');
  await writeFile(inFolder('broken.jsonl'), '{"prompt":"let"}\n{"prompt":\n');
  await writeHuggingFaceFolder(inFolder('hugging-face'));
  const converted = await runCommand(['convert', inFolder('hugging-face'), inFolder('bytes.gguf')]);
  expect(converted.code, converted.stderr).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

describe('models that cannot be used', () => {
  it.each<[what: string, model: () => string, message: RegExp]>([
    ['a missing file', () => inFolder('missing.gguf'), /missing\.gguf: there is no such file/],
    ['a text file', () => inFolder('notes.txt'), /notes\.txt.*not a GGUF file/],
    ['garbage behind the right magic', () => inFolder('garbage.gguf'), /garbage\.gguf/],
    ['a folder', () => folder, /is not a file/],
    ['a file with a + in its name', () => inFolder('c++.gguf'), /c\+\+\.gguf: there is no such file/],
  ])('%s as model or draft is named, and is no crash', async (_, model, message) => {
    for (const option of ['--model', '--draft']) {
      const { code, stdout, stderr } = await runCommand([...oneThread, option, model()]);
      expect(stderr).toMatch(message);
      expect(code).toBe(failure);
      expect(stdout).toBe('');
      expect(stderr).not.toMatch(/^ {4}at /m);
    }
  });

  it('a misspelt drafter is told what drafters there are, before the model is loaded', async () => {
    const { code, stderr } = await runCommand([
      'generate',
      'let',
      '--model',
      inFolder('missing.gguf'),
      '--draft',
      'ngram',
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--draft ngram is no drafter and no file: drafters are prompt-lookup, n-gram, /);
  });

  it('a draft with another vocabulary is refused, with the option that allows it', async () => {
    const { code, stderr } = await runCommand([...oneThread, '--draft', inFolder('bytes.gguf')]);
    expect(code).toBe(failure);
    expect(stderr).toMatch(
      /8192 tokens against 257; token \d+ is .* in the one and .*; the draft has \d+ % of the target.s tokens.*--foreign-draft/,
    );
  });

  it('a prompt longer than the context is refused with both lengths', async () => {
    const prompt = 'const answer = 42;\n'.repeat(20);
    const { code, stderr } = await runCommand([
      'generate',
      prompt,
      '--threads',
      '1',
      '--context',
      '32',
      '--draft',
      'none',
    ]);
    expect(code).toBe(failure);
    expect(stderr).toMatch(/prompt has \d+ tokens.*holds 32/);
  });

  it('a model larger than memory is refused before it is loaded, with the numbers', async () => {
    await writeHollowGguf(inFolder('huge.gguf'));
    const numbers =
      /huge\.gguf takes \d{6}\.\d MB \(weights \d{6}\.\d MB, .*\), and there are \d+\.\d MB: take a smaller/;
    for (const backend of ['llamacpp', 'onnx']) {
      const target = await runCommand([...oneThread, '--model', inFolder('huge.gguf'), '--backend', backend]);
      expect(target).toMatchObject({ code: failure, stdout: '', stderr: expect.stringMatching(numbers) });
    }
    // A draft has what the target leaves.
    const draft = await runCommand([...oneThread, '--draft', inFolder('huge.gguf')]);
    expect(draft.stderr).toMatch(/Beside target\.gguf, which takes \d+\.\d MB: .*huge\.gguf takes/);
    expect(draft).toMatchObject({ code: failure, stdout: '' });
  });

  it('a recurrent model decodes plainly, and neither drafts nor is drafted for', async () => {
    const file = inFolder('recurrent.gguf');
    await writeRecurrentModel(file);
    const shared = [...oneThread, '--model', file, '-n', '4', '--ignore-end'];
    expect(await runCommand(shared)).toMatchObject({ code: 0 });
    for (const [parameters, message] of [
      [
        [...shared, '--draft', 'prompt-lookup'],
        /cannot be the target of speculative .*recurrent state.*without a/,
      ],
      [
        [...shared, '--draft', file],
        /cannot be the draft model of speculative decoding: its recurrent state/,
      ],
      [['suggest', '--model', file], /Nothing can draft for recurrent\.gguf: its recurrent state/],
    ] as const) {
      const { code, stdout, stderr } = await runCommand(parameters);
      expect(stderr).toMatch(message);
      expect({ code, stdout }).toEqual({ code: failure, stdout: '' });
    }
  });

  it('info describes no garbage', async () => {
    await mkdir(inFolder('empty'), { recursive: true });
    for (const name of ['garbage.gguf', 'garbage.safetensors', 'missing.gguf', 'notes.txt', 'empty']) {
      const { code, stderr } = await runCommand(['info', inFolder(name)]);
      expect(code).toBe(failure);
      expect(stderr).toContain(name);
    }
  });

  it('convert says what it cannot read and what it cannot write', async () => {
    const missing = await runCommand(['convert', inFolder('nowhere'), inFolder('out.gguf')]);
    expect(missing).toMatchObject({ code: failure, stdout: '' });
    expect(missing.stderr).toMatch(/nowhere.config\.json cannot be read/);
    const output = path.join(folder, 'no-such-folder', 'out.gguf');
    const unwritable = await runCommand(['convert', inFolder('hugging-face'), output]);
    expect(unwritable).toMatchObject({ code: failure, stdout: '' });
    expect(unwritable.stderr).toMatch(/out\.gguf cannot be written/);
  });
});

describe('options that make no sense', () => {
  it.each<[commandArguments: readonly string[], message: RegExp]>([
    [['generate', 'let', '--temperature', '-1'], /--temperature takes a number of at least 0/],
    [['generate', 'let', '--temperature', 'hot'], /--temperature.*hot/],
    [['generate', 'let', '--top-p', '1.5'], /--top-p takes a number from 0 to 1/],
    [['generate', 'let', '--top-k', '2.5'], /--top-k takes a whole number/],
    [['generate', 'let', '--max-tokens', '0'], /--max-tokens takes a whole number of at least 1/],
    [
      ['generate', 'let', '--draft-length', '64'],
      /--draft-length takes "auto", "confidence", "ewma", "adaedl", "specdec\+\+" or a whole number from 0 to 63/,
    ],
    [['generate', 'let', '--rule', 'lucky'], /--rule.*tokenwise, block, sample-match/s],
    [['generate', 'let', '--backend', 'abacus'], /--backend.*llamacpp/s],
    [['generate', 'let', '--foreign-draft', 'other'], /--foreign-draft.*tli, slem/s],
    [['generate', 'let', '--foreign-draft', 'tli', '--draft', 'none'], /--foreign-draft.*--draft/],
    [['generate', 'let', '--combine', 'merge'], /--combine.*--draft prompt-lookup\+embedded/],
    [
      ['generate', 'let', '--draft', 'eagle+hass', '--combine', 'vote'],
      /--combine.*priority, estimate, merge/s,
    ],
    [
      ['generate', 'let', '--draft', 'eagle+embedded', '--combine', 'merge', '--rule', 'block'],
      /block takes no trees: with --combine merge give .*recursive-rejection/,
    ],
    [['generate', 'let', '--tree', '2,2', '--draft', 'mlp-speculator'], /--tree needs .*eagle or hass/],
    [['generate', 'let', '--tree', 'auto', '--draft', 'hass'], /--tree auto .* with a head give a shape/],
    [['generate', 'let', '--draft', 'n-gram+none'], /--draft n-gram\+none: join drafters/],
    [['generate', 'let', '--draft', 'hass+hass'], /--draft hass\+hass: .* all different/],
    [['generate', 'let', '--draft', 'embedded+early-exit:4'], /--draft names embedded and early-exit:4: one/],
    [['generate', 'let', '--stage', 'eagle'], /--stage.*prompt-lookup/s],
    [
      ['generate', 'let', '--draft', 'n-gram', '--draft-backend', 'onnx'],
      /--draft-backend is the engine of a/,
    ],
    [['generate', 'let', '--allow-stale'], /--allow-stale says how a plan is used/],
    [['generate', 'let', '--logprobs', '3'], /--logprobs are part of the JSON document/],
    [['generate', 'let', '--stage', 'n-gram', '--draft', 'eagle'], /--stage guesses a draft model's tokens/],
    [['generate', 'let', '--stage', 'n-gram', '--tree', '2'], /--stage makes chains.*--tree/],
    [['bench', '--drafters', 'all', '--stage', 'n-gram'], /--stage/],
    [['generate', 'let', '--route', '-1'], /--route takes a number of at least 0/],
    [
      ['audit', '--drafter', 'eagle', '--target', 'other.gguf'],
      /--drafter eagle was trained for the embedded/,
    ],
    [['generate', 'let', '--kv-type', 'q3'], /--kv-type.*q8_0/s],
    [['generate', 'let', '--logit-bias', 'x=1'], /--logit-bias takes TOKEN=VALUE/],
    [['generate', 'let', '--threads', '9999', '--draft', 'none'], /threads must be a whole number from 1 to/],
    [['generate', 'let', '--context', '9999', '--draft', 'none'], /contextLength must be .* to 1024/],
    [['generate', 'let', '--file', 'also.txt'], /not both/],
    [['generate', 'let', '--draft', 'early-exit:0'], /--draft early-exit:N takes.*at least 1, not "0"/],
    [['generate', 'let', '--threads', '1', '--draft', 'early-exit:9'], /layers cannot have 8.*has 8 layers/],
    [['generate', 'let', '--draft', 'skip-layers:2,two'], /--draft skip-layers:A,B.*not "2,two"/],
    [['generate', 'let', '--source', 'page.ts'], /--source is what --draft input-copy copies from/],
    [[...oneThread, '--draft', 'input-copy', '--source', 'missing.txt'], /missing\.txt cannot be read/],
    [['generate', '--file', 'missing.txt'], /missing\.txt cannot be read/],
    [['generate', 'let', '--temprature', '1'], /unknown option '--temprature'.*--temperature/s],
    [['generat'], /unknown command 'generat'.*generate/s],
    [['bench', '--threads', '1', '--draft', 'none'], /--draft/],
    [['bench', '--draft-length', '2,many'], /--draft-length/],
    [['compare', 'embedded', 'embedded,kv=q3'], /kv is one of .*q8_0.*not "q3"/],
    [['compare', 'embedded', 'embedded,colour=red'], /no setting "colour".*backend, kv, format/],
    [['compare', 'embedded'], /no candidate to compare embedded with: name one or more after it/],
    [['demo', '--prompts', '17'], /--prompts takes a whole number from 1 to 16/],
    [['convert', 'folder', 'out.gguf', '--format', 'Q9_9'], /--format.*Q8_0/s],
  ])('foretoken %j', async (commandArguments, message) => {
    const { code, stdout, stderr } = await runCommand(commandArguments);
    expect(stderr).toMatch(message);
    expect(code).toBe(usage);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('prompt files without prompts are named, with the line', async () => {
    const empty = await runCommand(['bench', '--prompts', inFolder('empty.txt')]);
    expect(empty).toMatchObject({ code: usage, stderr: expect.stringMatching(/empty\.txt has no prompts/) });
    const broken = await runCommand(['bench', '--prompts', inFolder('broken.jsonl')]);
    expect(broken).toMatchObject({ code: usage, stderr: expect.stringMatching(/broken\.jsonl, line 2/) });
  });

  it('messages are refused by line for a model without a template, and for a server that continues texts', async () => {
    const file = inFolder('chats.jsonl');
    await writeFile(file, '\n{"messages": [{"role": "user", "content": "Hello"}]}\n');
    const profile = await runCommand(['profile', '-o', inFolder('none.json'), '--prompts', file]);
    const noTemplate = /chats\.jsonl, line 2 has messages\. The embedded model, .*, brings no chat template/;
    expect(profile).toMatchObject({ code: failure, stderr: expect.stringMatching(noTemplate) });
    const audit = await runCommand(['audit', '--endpoint', 'http://127.0.0.1:1', '--prompts', file]);
    const noChat = /chats\.jsonl, line 2 has messages: what is audited is how a server continues texts/;
    expect(audit).toMatchObject({ code: usage, stderr: expect.stringMatching(noChat) });
    const unused = await runCommand(['bench', '--chat-template', 'chatml']);
    expect(unused).toMatchObject({
      code: usage,
      stderr: expect.stringMatching(/--chat-template writes messages/),
    });
  });

  it('--verbose adds the stack trace', async () => {
    const { stderr } = await runCommand(['--verbose', 'info', inFolder('missing.gguf')]);
    expect(stderr).toMatch(/^ {4}at /m);
  });
});
