import { stat } from 'node:fs/promises';
import { note, printJson, printLine } from './lines.js';

/** Says which tensor of a model was written: every one on a terminal, the last elsewhere. */
export function noteTensor(done: number, total: number, tensor: string): void {
  if (process.stderr.isTTY || done === total) note(`${done} of ${total}: ${tensor}`);
}

/** The result of a command that writes a model: the file, its size and its format. */
export async function printWrittenModel(file: string, format: string, json = false): Promise<void> {
  const { size } = await stat(file);
  if (json) printJson({ output: file, format, bytes: size });
  else printLine(`${file}: ${(size / 1e6).toFixed(1)} MB, ${format}`);
}
