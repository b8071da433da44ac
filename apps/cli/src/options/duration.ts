import { InvalidArgumentError as UsageError } from '@commander-js/extra-typings';

const secondsOf = { s: 1, m: 60, h: 3600 } as const;

/** Parses a time above 0 such as 45s, 10m, 1.5h, or a number of seconds; in seconds. */
export function duration(option: string): (text: string) => number {
  return (text) => {
    const [, digits = '', unit = 's'] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text.trim()) ?? [];
    const seconds = Number(digits) * secondsOf[(unit === '' ? 's' : unit) as keyof typeof secondsOf];
    if (!(seconds > 0 && seconds < Number.POSITIVE_INFINITY))
      throw new UsageError(`${option} takes a time such as 60s, 10m or 1h, not "${text}".`);
    return seconds;
  };
}
