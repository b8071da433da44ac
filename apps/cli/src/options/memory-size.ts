import { InvalidArgumentError as UsageError } from '@commander-js/extra-typings';

const bytesOf = { '': 1, K: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 } as const;

/** Parses bytes above 0 such as 2GiB, 1.5GB, 800MB or 1000000. */
export function memorySize(option: string): (text: string) => number {
  return (text) => {
    const [, digits = '', prefix = ''] = /^(\d+(?:\.\d+)?)(?:([KMG]i?)?B)?$/.exec(text.trim()) ?? [];
    const bytes =
      digits === '' ? Number.NaN : Math.floor(Number(digits) * bytesOf[prefix as keyof typeof bytesOf]);
    if (!(bytes >= 1 && Number.isSafeInteger(bytes)))
      throw new UsageError(`${option} takes an amount of memory such as 2GiB or 800MB, not "${text}".`);
    return bytes;
  };
}
