import { InvalidArgumentError as UsageError } from '@commander-js/extra-typings';

/** Parses a whole number of at least `least`. */
export function wholeNumber(option: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
      throw new UsageError(`${option} takes a whole number of at least ${least}.`);
    }
    return value;
  };
}

/** Parses a number from `least` to `most`. */
export function number(option: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < least || value > most) {
      const range = most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`;
      throw new UsageError(`${option} takes a number ${range}.`);
    }
    return value;
  };
}
