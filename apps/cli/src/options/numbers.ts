import { InvalidArgumentError as UsageError } from '@commander-js/extra-typings';

/** Parses a whole number from `least` to `most`. */
export function wholeNumber(
  option: string,
  least: number,
  most: number = Number.POSITIVE_INFINITY,
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least || value > most) {
      throw new UsageError(`${option} takes a whole number ${range(least, most)}.`);
    }
    return value;
  };
}

/** Parses whole numbers from `least` to `most`, separated by commas. */
export function wholeNumbers(
  option: string,
  least: number,
  most: number = Number.POSITIVE_INFINITY,
): (text: string) => readonly number[] {
  const parse = wholeNumber(option, least, most);
  return (text) => [...new Set(text.split(',').map(parse))];
}

/** Parses a number from `least` to `most`. */
export function number(option: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < least || value > most) {
      throw new UsageError(`${option} takes a number ${range(least, most)}.`);
    }
    return value;
  };
}

function range(least: number, most: number): string {
  if (least === Number.NEGATIVE_INFINITY) return 'that is finite';
  return most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`;
}
