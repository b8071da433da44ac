import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createTerminalPort } from './terminal-port.js';

const [ctrlC, ctrlD, up] = ['\u0003', '\u0004', '\u001b[A'];

/** A terminal that a person types at. */
function createTerminal() {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  const port = createTerminalPort(input, output);
  return {
    readLine: (): Promise<string | undefined> => port.readLine(),
    type: async (keys: string): Promise<void> => {
      input.write(keys);
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
    shown: () => shown,
  };
}

it('reads a line at a time, and shows a prompt', async () => {
  const { readLine, type, shown } = createTerminal();
  const first = readLine();
  await type('hello\r');
  expect(await first).toBe('hello');
  expect(shown()).toContain('> ');
  const second = readLine();
  await type('wor');
  await type('ld\r');
  expect(await second).toBe('world');
});

it('takes pasted lines as one message, with the last one when it is ended', async () => {
  const { readLine, type } = createTerminal();
  const whole = readLine();
  await type('one\n\n  two\n');
  expect(await whole).toBe('one\n\n  two');
  const open = readLine();
  await type('one\ntwo');
  await type(' more\r');
  expect(await open).toBe('one\ntwo more');
});

it('has a history', async () => {
  const { readLine, type } = createTerminal();
  for (const message of ['first', 'second']) {
    const line = readLine();
    await type(`${message}\r`);
    expect(await line).toBe(message);
  }
  const again = readLine();
  await type(`${up}${up}\r`);
  expect(await again).toBe('first');
});

it('Ctrl-D ends it', async () => {
  const { readLine, type } = createTerminal();
  const line = readLine();
  await type(ctrlD);
  expect(await line).toBeUndefined();
});

it('Ctrl-C gives up the line, and only a second one on an empty line ends it', async () => {
  const { readLine, type, shown } = createTerminal();
  const line = readLine();
  await type(`half a message${ctrlC}`);
  expect(shown()).not.toContain('/exit');
  await type(ctrlC);
  expect(shown()).toContain('/exit ends the chat');
  await type(`other${ctrlC}`);
  await type(`whole\r`);
  expect(await line).toBe('whole');
  const last = readLine();
  await type(ctrlC);
  await type(ctrlC);
  expect(await last).toBeUndefined();
});
