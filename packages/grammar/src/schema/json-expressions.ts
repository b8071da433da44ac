import { complementRanges } from '../syntax/code-points.js';
import {
  choice,
  choiceOf,
  type CodePointRange,
  type Expression,
  optional,
  repeat,
  rule,
  sequence,
  text,
} from '../syntax/expression.js';

/**
 * Most digits before and after the point: all integers of that many are exact in a double, and a model that goes on
 * with digits comes to an end.
 */
export const mostDigits = 15;

/** Names of the rules in `jsonRules`; pointers into a schema begin with #, so that none is the same. */
const valueName = 'json value';
const objectName = 'json object';
const arrayName = 'json array';

const digit = characters([0x30, 0x39]);
const digitFromOne = characters([0x31, 0x39]);
const hexadecimal = characters([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]);
/** Four hexadecimal digits that are no half of a surrogate pair: a character stays one character. */
const codeUnit = choice(
  sequence(
    characters([0x30, 0x39], [0x41, 0x43], [0x45, 0x46], [0x61, 0x63], [0x65, 0x66]),
    repeat(hexadecimal, 3, 3),
  ),
  sequence(characters([0x44, 0x44], [0x64, 0x64]), characters([0x30, 0x37]), repeat(hexadecimal, 2, 2)),
);
/** One character of a string (RFC 8259, section 7). */
const character = choice(
  {
    kind: 'characters',
    ranges: complementRanges([
      [0, 0x1f],
      [0x22, 0x22],
      [0x5c, 0x5c],
    ]),
  },
  sequence(text('\\'), choice(characters(...Array.from('"\\/bfnrt', one)), sequence(text('u'), codeUnit))),
);

/** A string of so many characters. */
export function jsonString(minimum = 0, maximum?: number): Expression {
  return sequence(text('"'), repeat(character, minimum, maximum), text('"'));
}

/** A point and at most so many digits; nothing where that is none. */
export function fractionWithin(digits: number): Expression {
  return digits < 1 ? choice() : sequence(text('.'), repeat(digit, 1, digits));
}

/** The same, of which one is not zero. */
export function nonzeroFractionWithin(digits: number): Expression {
  const ends = Array.from({ length: Math.max(0, digits) }, (_, zeros) =>
    sequence(text('0'.repeat(zeros)), digitFromOne, repeat(digit, 0, digits - zeros - 1)),
  );
  return sequence(text('.'), choiceOf(ends));
}

/** Digits after the point. */
export const jsonFraction: Expression = fractionWithin(mostDigits);
const magnitude = choice(text('0'), sequence(digitFromOne, repeat(digit, 0, mostDigits - 1)));
export const jsonInteger: Expression = sequence(optional(text('-')), magnitude);
export const jsonNumber: Expression = sequence(
  jsonInteger,
  optional(jsonFraction),
  optional(
    sequence(characters(one('e'), one('E')), optional(characters(one('+'), one('-'))), repeat(digit, 1, 2)),
  ),
);
export const jsonBoolean: Expression = choice(text('true'), text('false'));
export const jsonNull: Expression = text('null');
export const anyJsonValue: Expression = rule(valueName);
export const anyJsonArray: Expression = rule(arrayName);

/** Objects with any properties of such values. */
export function jsonMap(value: Expression): Expression {
  const member = sequence(jsonString(), text(':'), value);
  return sequence(text('{'), optional(sequence(member, repeat(sequence(text(','), member), 0))), text('}'));
}

/** The rules that the expressions above name. */
export const jsonRules: ReadonlyMap<string, Expression> = new Map([
  [valueName, choice(rule(objectName), rule(arrayName), jsonString(), jsonNumber, jsonBoolean, jsonNull)],
  [objectName, jsonMap(anyJsonValue)],
  [
    arrayName,
    sequence(
      text('['),
      optional(sequence(anyJsonValue, repeat(sequence(text(','), anyJsonValue), 0))),
      text(']'),
    ),
  ],
]);

function characters(...ranges: readonly CodePointRange[]): Expression {
  return { kind: 'characters', ranges: ranges.toSorted((left, right) => left[0] - right[0]) };
}

function one(letter: string): CodePointRange {
  const codePoint = letter.codePointAt(0) as number;
  return [codePoint, codePoint];
}
