import type { ChatPort } from './chat-port.js';

/** The next message: a line, and those after it as long as they end with a backslash. undefined at the end. */
export async function readMessage(port: Pick<ChatPort, 'readLine'>): Promise<string | undefined> {
  const lines: string[] = [];
  for (;;) {
    const line = await port.readLine();
    if (line === undefined) return lines.length > 0 ? lines.join('\n') : undefined;
    if (!line.endsWith('\\')) return [...lines, line].join('\n');
    lines.push(line.slice(0, -1));
  }
}
