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
  return withBar(title, total, (bar) => run((done) => bar.advance(1, `${title} (${done} of ${total})`)));
}

/** How far timed work is, as it says itself. */
export interface TimedProgress {
  readonly step: string;
  /** 0 to 1. */
  readonly fraction: number;
  readonly secondsLeft: number;
}

/** Shows the share done and the time left: a bar on a terminal, a line every tenth elsewhere; on stderr. */
export async function withTimedProgress<Result>(
  title: string,
  run: (onProgress: (progress: TimedProgress) => void) => Promise<Result>,
): Promise<Result> {
  const textOf = ({ step, secondsLeft }: TimedProgress): string =>
    `${step} (${secondsLeft.toFixed(0)} s left)`;
  let done = 0;
  if (!process.stderr.isTTY) {
    note(`${title} ...`);
    return run((now) => {
      const tenths = Math.floor(now.fraction * 10);
      if (tenths > done) note(`${tenths * 10} %: ${textOf(now)}`);
      done = Math.max(done, tenths);
    });
  }
  return withBar(title, 1000, (bar) =>
    run((now) => {
      const steps = Math.round(now.fraction * 1000);
      bar.advance(steps - done, textOf(now));
      done = steps;
    }),
  );
}

async function withBar<Result>(
  title: string,
  max: number,
  run: (bar: ReturnType<typeof progress>) => Promise<Result>,
): Promise<Result> {
  const bar = progress({ max, output: process.stderr });
  bar.start(title);
  // The bar reads keys, and would end the process at Ctrl-C as if it had succeeded; this way it is the signal that commands await.
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  try {
    const result = await run(bar);
    bar.stop(title);
    return result;
  } catch (error) {
    bar.stop(`${title}: stopped`);
    throw error;
  }
}
