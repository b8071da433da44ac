import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { note } from '../output/lines.js';
import type { ChatPort } from './chat-port.js';
import { interruptible } from './interruptible.js';

/** A message a line, from a file or another program. */
export function createLinePort(input: Readable): ChatPort {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  return {
    isTerminal: false,
    async readLine() {
      const { done, value } = await lines.next();
      return done === true ? undefined : value;
    },
    write: (text) => process.stdout.write(text),
    note,
    interruptible,
  };
}
