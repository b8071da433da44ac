import { InvalidArgumentError as UsageError, Option } from '@commander-js/extra-typings';
import type { Pipeline } from '@foretoken/planner';

/** Parses watts of the idle machine and of one busy thread, such as 10,6. */
function powerModel(text: string): NonNullable<Pipeline['powerModel']> {
  const [idleWatts = Number.NaN, wattsPerThread = Number.NaN, ...others] = text
    .split(',')
    .map((part) => (/^\d+(\.\d+)?$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (Number.isNaN(idleWatts) || Number.isNaN(wattsPerThread) || others.length > 0) {
    throw new UsageError(
      `--power-model takes watts of the idle machine and of a busy thread, such as 10,6, not "${text}".`,
    );
  }
  return { name: `--power-model ${text}`, idleWatts, wattsPerThread };
}

export const powerModelOption = new Option(
  '--power-model <idle,thread>',
  'watts of the idle machine and of a busy thread: estimates energy where no meter measured it',
).argParser(powerModel);
