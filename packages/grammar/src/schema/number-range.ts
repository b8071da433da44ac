import { choice, choiceOf, type Expression, optional, repeat, sequence, text } from '../syntax/expression.js';
import { fractionWithin, jsonFraction, mostDigits, nonzeroFractionWithin } from './json-expressions.js';

/** Of the whole numbers that are written. */
export const largestWhole: number = 10 ** mostDigits - 1;

/** What a number is between; infinite where there is no bound. */
export interface NumberBounds {
  readonly minimum: number;
  readonly maximum: number;
  /** True where the bound itself is out. */
  readonly aboveMinimum: boolean;
  readonly belowMaximum: boolean;
}

/** Integers between two bounds, both of them in; nothing where there are none. */
export function integersBetween(minimum: number, maximum: number): Expression {
  const low = Math.max(-largestWhole, Math.ceil(minimum));
  const high = Math.min(largestWhole, Math.floor(maximum));
  return choice(
    ...(low < 0 ? [sequence(text('-'), magnitudesBetween(Math.max(1, -high), -low))] : []),
    ...(high >= 0 ? [magnitudesBetween(Math.max(0, low), high)] : []),
  );
}

/** Numbers between two whole bounds, without exponents. */
export function numbersBetween({ minimum, maximum, aboveMinimum, belowMaximum }: NumberBounds): Expression {
  const low = Math.max(-largestWhole, minimum);
  const high = Math.min(largestWhole, maximum);
  // Below zero the bounds change places, and zero is a bound of its own where numbers of both signs are allowed.
  const negative = { isLowOut: belowMaximum && high <= 0, isHighOut: aboveMinimum };
  const positive = { isLowOut: aboveMinimum && low >= 0, isHighOut: belowMaximum };
  return choice(
    ...(low < 0 ? [sequence(text('-'), decimalsBetween(Math.max(0, -high), -low, negative))] : []),
    ...(high >= 0 ? [decimalsBetween(Math.max(0, low), high, positive)] : []),
  );
}

/**
 * What is below the upper bound by its whole part may have a fraction. Next to a bound that is out it has no more digits than
 * a double tells from the bound.
 */
function decimalsBetween(
  low: number,
  high: number,
  { isLowOut, isHighOut }: { readonly isLowOut: boolean; readonly isHighOut: boolean },
): Expression {
  const first = isLowOut ? low + 1 : low;
  const digitsLeft = (whole: number): number => mostDigits - String(Math.max(0, whole)).length;
  const below = (from: number, to: number, fraction: Expression): Expression =>
    from > to ? choice() : sequence(magnitudesBetween(from, to), optional(fraction));
  return choice(
    below(first, high - (isHighOut ? 2 : 1), jsonFraction),
    ...(isHighOut ? [below(Math.max(first, high - 1), high - 1, fractionWithin(digitsLeft(high - 1)))] : []),
    ...(isLowOut && low < high ? [sequence(text(String(low)), nonzeroFractionWithin(digitsLeft(low)))] : []),
    ...(isHighOut ? [] : [magnitudesBetween(Math.max(first, high), high)]),
  );
}

function magnitudesBetween(low: number, high: number): Expression {
  const options: Expression[] = [];
  for (let from = low; from <= high; ) {
    const length = String(from).length;
    const to = Math.min(high, 10 ** length - 1);
    options.push(digitsBetween(String(from), String(to)));
    from = to + 1;
  }
  return choiceOf(options);
}

/** Digit strings of one length in ascending order. */
function digitsBetween(low: string, high: string): Expression {
  if (low === high) return text(low);
  const rest = low.length - 1;
  const first = low.charCodeAt(0);
  const last = high.charCodeAt(0);
  const lowest = '0'.repeat(rest);
  const highest = '9'.repeat(rest);
  const headed = (digit: string, from: string, to: string): Expression =>
    sequence(text(digit), digitsBetween(from, to));
  if (first === last) return headed(low.charAt(0), low.slice(1), high.slice(1));
  // Leading digits behind which every digit may come; those of the bounds only where their rest is no bound.
  const from = low.slice(1) === lowest ? first : first + 1;
  const to = high.slice(1) === highest ? last : last - 1;
  return choice(
    ...(from > first ? [headed(low.charAt(0), low.slice(1), highest)] : []),
    ...(from <= to
      ? [
          sequence(
            { kind: 'characters', ranges: [[from, to]] },
            repeat({ kind: 'characters', ranges: [[0x30, 0x39]] }, rest, rest),
          ),
        ]
      : []),
    ...(to < last ? [headed(high.charAt(0), lowest, high.slice(1))] : []),
  );
}
