import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { colours } from '../output/colours.js';
import { note } from '../output/lines.js';
import type { ChatPort } from './chat-port.js';
import { interruptible } from './interruptible.js';

const prompt = '> ';
const leaveHint = 'Ctrl-C again, Ctrl-D or /exit ends the chat.';

/**
 * A terminal, with line editing and a history. It is read only while a message is awaited: in between Ctrl-C is a signal
 * that stops the answer, and what is typed waits.
 */
export function createTerminalPort(input: Readable, output: Writable): ChatPort {
  let history: string[] = [];
  return {
    isTerminal: true,
    readLine: () =>
      new Promise((resolve) => {
        const reader = createInterface({
          input,
          output,
          terminal: true,
          history,
          removeHistoryDuplicates: true,
          prompt: colours.bold(prompt),
        });
        const lines: string[] = [];
        let isLeaving = false;
        reader.on('line', (line) => {
          lines.push(line);
          // Of pasted text the other lines come at once, the last of them perhaps without its end.
          setImmediate(() => {
            if (reader.line === '') reader.close();
          });
        });
        reader.on('SIGINT', () => {
          if (reader.line === '' && isLeaving) {
            lines.length = 0;
            reader.close();
            return;
          }
          isLeaving = reader.line === '';
          // The line is given up, as in a shell.
          reader.write(null, { ctrl: true, name: 'e' });
          reader.write(null, { ctrl: true, name: 'u' });
          output.write('\n');
          if (isLeaving) output.write(`${colours.dim(leaveHint)}\n`);
          reader.prompt();
        });
        reader.on('history', (kept) => {
          history = [...kept];
        });
        reader.on('close', () => {
          if (lines.length === 0) output.write('\n');
          resolve(lines.length === 0 ? undefined : lines.join('\n'));
        });
        reader.prompt();
      }),
    write: (text) => process.stdout.write(text),
    note: (line) => note(colours.dim(line)),
    interruptible,
  };
}
