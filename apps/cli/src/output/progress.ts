import { progress } from '@clack/prompts';
import { note } from './lines.js';

/** Shows how far some steps are: a bar on a terminal, a line at the start and end elsewhere; on stderr. */
export async function withProgress<Result>(
  title: string,
  total: number,
  run: (onStep: (done: number) => void) => Promise<Result>,
): Promise<Result> {
  if (!process.stderr.isTTY) {
    note(`${title} ...`);
    return run(() => {});
  }
  const bar = progress({ max: total, output: process.stderr });
  bar.start(title);
  try {
    const result = await run((done) => bar.advance(1, `${title} (${done} of ${total})`));
    bar.stop(title);
    return result;
  } catch (error) {
    bar.stop(`${title}: stopped`);
    throw error;
  }
}
