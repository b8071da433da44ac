import { choice, choiceOf, type Expression, optional, repeat, sequence, text } from '../syntax/expression.js';
import { jsonFraction, mostDigits } from './json-expressions.js';

const largest = 10 ** mostDigits - 1;

/** Integers between two bounds, both of them in; nothing where there are none. */
export function integersBetween(minimum: number, maximum: number): Expression {
  const low = Math.max(-largest, Math.ceil(minimum));
  const high = Math.min(largest, Math.floor(maximum));
  return choice(
    ...(low < 0 ? [sequence(text('-'), magnitudesBetween(Math.max(1, -high), -low))] : []),
    ...(high >= 0 ? [magnitudesBetween(Math.max(0, low), high)] : []),
  );
}

/** Numbers between two whole bounds, both of them in, without exponents. */
export function numbersBetween(minimum: number, maximum: number): Expression {
  const low = Math.max(-largest, minimum);
  const high = Math.min(largest, maximum);
  return choice(
    ...(low < 0 ? [sequence(text('-'), decimalsBetween(Math.max(0, -high), -low))] : []),
    ...(high >= 0 ? [decimalsBetween(Math.max(0, low), high)] : []),
  );
}

/** What is below the upper bound by its whole part may have a fraction. */
function decimalsBetween(low: number, high: number): Expression {
  return choice(
    sequence(magnitudesBetween(low, high - 1), optional(jsonFraction)),
    magnitudesBetween(Math.max(low, high), high),
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
