import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { finishCommand, runCommand, startCommand } from '../testing/run-command.js';

// The embedded model continues TypeScript: a template makes every message a comment over a function.
const template = `{% for m in messages %}{% if m.role == 'assistant' %}{{ m.content }}{% else %}// {{ m.content }}\nexport function {% endif %}{% endfor %}`;

let folder: string;
let options: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-chat-command-'));
  await writeFile(path.join(folder, 'code.jinja'), template);
  await writeFile(path.join(folder, 'throws.jinja'), "{{ raise_exception('no messages today') }}");
  const chosen = ['--chat-template', path.join(folder, 'code.jinja'), '--temperature', '0', '--stop', '\n}'];
  // A fixed length needs no calibration, one thread no measuring of threads: the runs start at once.
  options = ['chat', '--threads', '1', '--draft-length', '4', '-n', '40', ...chosen];
});
afterAll(() => rm(folder, { recursive: true }));

describe('foretoken chat', () => {
  it('answers a message a line, keeps what both models have read, and saves it', async () => {
    const file = path.join(folder, 'chat.json');
    const input = `add two numbers\nsubtract two numbers\n/save ${file}\n/model embedded none\ndivide two numbers`;
    const { code, stdout, stderr } = await runCommand([...options, '--json'], { input });
    expect(code, stderr).toBe(0);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer);
    const [first, second, third] = answers as [Answer, Answer, Answer];
    expect(answers).toHaveLength(3);
    expect(first.counters['keptCount']).toBe(0);
    // The stop string is cut off, so its tokens are read as what follows instead.
    expect(second.counters['keptCount']).toBeGreaterThanOrEqual(first.counters['promptCount'] as number);
    expect(first.counters['acceptedCount']).toBeGreaterThan(0);
    // Another target has read nothing, and nothing drafts for it.
    expect(third.counters).toMatchObject({ keptCount: 0, draftedCount: 0 });
    expect(stderr).toMatch(/Nothing drafts/);
    const { messages } = JSON.parse(await readFile(file, 'utf8')) as { messages: { content: string }[] };
    expect(messages.map(({ content }) => content)).toEqual(
      [first, second].flatMap(({ message, answer }) => [message, answer]),
    );

    // The same without drafting, from where the other has ended, as text alone.
    const plain = await runCommand([...options, '--draft', 'none', '--load', file], { input: 'multiply' });
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    expect(plain.stdout.length).toBeGreaterThan(1);
  });

  it('says what the embedded model is, and what a template says, before anything is loaded', async () => {
    const without = await runCommand(['chat'], { input: 'hello' });
    expect(without).toMatchObject({ code: 1, stdout: '' });
    expect(without.stderr).toMatch(/embedded model, which writes TypeScript, brings no chat template/);
    const throwing = ['chat', '--chat-template', path.join(folder, 'throws.jinja')];
    const thrown = await runCommand(throwing, { input: 'hello' });
    expect(thrown).toMatchObject({ code: 1, stdout: '' });
    expect(thrown.stderr).toMatch(/throws\.jinja does not take these messages \(user\): no messages today/);
    expect(thrown.stderr).not.toMatch(/^ {4}at /m);
  });

  // Was wrong: the answer was lost, and an error stood in its place.
  it('gives the answer where its tokens cannot be kept for n-grams, and says why', async () => {
    const gone = path.join(folder, 'gone');
    await mkdir(gone);
    const store = path.join(gone, 'past.ngrams');
    const child = startCommand([...options, '--draft', 'n-gram', '--n-gram-store', store, '--json']);
    const finished = finishCommand(child);
    child.stdin.write('add two numbers\n');
    // The answer is printed before it is kept: the folder goes once the first one is.
    await vi.waitUntil(() => existsSync(store), { timeout: 60_000 });
    await rm(gone, { recursive: true });
    child.stdin.end('subtract two numbers\n');
    const { code, stdout, stderr } = await finished;
    expect(code, stderr).toBe(0);
    const answers = stdout.trimEnd().split('\n');
    expect(JSON.parse(answers[1] as string)).toMatchObject({ answer: expect.stringMatching(/./) });
    expect(stderr).toMatch(/past\.ngrams/);
  });

  // Was wrong: /model was refused, since "--combine" was kept for a drafter that is alone.
  it('goes on with another model, whatever the drafter before was asked for', async () => {
    const joined = ['--draft', 'prompt-lookup+embedded', '--combine', 'priority', '--json'];
    const input =
      'add two numbers\n/model embedded\nsubtract two numbers\n/model embedded embedded\nadd all\n';
    const { code, stdout, stderr } = await runCommand([...options, ...joined], { input });
    expect(code, stderr).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
  });

  it('stops an answer on SIGINT, with what came so far', async () => {
    const child = startCommand([...options, '--system', 'long', '-n', '900', '--stop', 'never']);
    child.stdin.end('a function that is long\n');
    child.stdout.once('data', () => child.kill('SIGINT'));
    const { code, stdout, stderr } = await finishCommand(child);
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'Stopped.\n' });
    expect(stdout.length).toBeGreaterThan(1);
  });
});

interface Answer {
  readonly message: string;
  readonly answer: string;
  readonly counters: Readonly<Record<string, number>>;
}

it('foretoken generate --suffix says which models fill gaps', async () => {
  const { code, stdout, stderr } = await runCommand([
    'generate',
    'const a =',
    '--suffix',
    ';',
    '--threads',
    '1',
    '-d',
    'none',
  ]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(
    /no tokens that ask for what belongs into a gap.*<\|fim_prefix\|>.*leave --suffix out/,
  );
});
