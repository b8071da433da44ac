import type { CodePointRange, Expression } from '../src/syntax/expression.js';
import { choice, repeat, rule, sequence, text } from '../src/syntax/expression.js';

/** Numbers from a seed, each in [0, 1): a linear congruential generator (Numerical Recipes), enough to vary tests. */
export function seededNumbers(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Characters whose UTF-8 shares bytes: a mask has to tell them apart in the middle. */
const characters = ['a', 'b', 'c', 'é', 'ê', '€', '😀', '😁'];
const classes: readonly (readonly CodePointRange[])[] = [
  [[0x61, 0x62]],
  [[0xe9, 0xea]],
  [
    [0x62, 0x63],
    [0xe9, 0xe9],
  ],
  [[0x1f6_00, 0x1f6_01]],
];

/** Rules `root`, `r1`, … that name each other at will: recursion to the left, to the right and in the middle, empty texts, rules without a text. */
export function randomGrammar(seed: number): Map<string, Expression> {
  const next = seededNumbers(seed);
  const below = (count: number): number => Math.floor(next() * count);
  const names = ['root', 'r1', 'r2', 'r3'].slice(0, 1 + below(4));
  const expression = (depth: number): Expression => {
    const kind = below(depth > 2 ? 5 : 10);
    if (kind < 3) return text(Array.from({ length: below(3) }, () => characters[below(8)]).join(''));
    if (kind === 3) return { kind: 'characters', ranges: classes[below(classes.length)] as CodePointRange[] };
    if (kind < 6) return rule(names[below(names.length)] as string);
    const inner = (): Expression => expression(depth + 1);
    if (kind === 6) return choice(inner(), inner());
    if (kind < 9) return sequence(inner(), inner());
    const minimum = below(3);
    return repeat(inner(), minimum, below(2) === 0 ? undefined : minimum + below(3));
  };
  return new Map(names.map((name) => [name, choice(expression(0), expression(0))]));
}

/** A grammar in GBNF. */
export function writeGrammar(rules: ReadonlyMap<string, Expression>): string {
  return [...rules].map(([name, body]) => `${name} ::= ${write(body)}`).join('\n');
}

function write(expression: Expression): string {
  switch (expression.kind) {
    case 'text':
      return JSON.stringify(expression.text);
    case 'characters':
      return `[${expression.ranges.map((range) => range.map((point) => String.fromCodePoint(point)).join('-')).join('')}]`;
    case 'rule':
      return expression.name;
    case 'sequence':
      return expression.parts.length === 0 ? '""' : expression.parts.map(write).join(' ');
    case 'choice':
      return `(${expression.options.map(write).join(' | ')})`;
    case 'repeat': {
      const { minimum, maximum } = expression;
      const bounds = maximum === minimum ? `${minimum}` : `${minimum},${maximum ?? ''}`;
      return `(${write(expression.part)}){${bounds}}`;
    }
  }
}
