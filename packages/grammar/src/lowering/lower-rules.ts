import { InvalidGrammarError } from '@foretoken/core';
import type { CodePointRange, Expression, GrammarRules } from '../syntax/expression.js';
import type { ByteItem, ByteRules } from './byte-rules.js';
import { utf8Sequences } from './utf8-sequences.js';

/** Most rules over bytes: a grammar beyond that takes the engine minutes to compile. */
const mostRules = 20_000;
/** Largest expression that is written out in place of its rule's name within a repetition. */
const largestInlined = 64;

/** Longest tail that is written out in every alternative. */
const longestTail = 32;

type Alternatives = (readonly ByteItem[])[];

/**
 * The same texts as rules over the bytes of their UTF-8.
 *
 * A repetition becomes a rule of its own that recurs at its right end, with what comes after the repetition among its
 * alternatives. So the engine stays within one rule while it reads a token of many characters, and knows most of the
 * mask beforehand: 0.03 instead of 80 ms a position inside of a JSON string, for 151,936 tokens.
 *
 * @throws InvalidGrammarError for a grammar that would become too large.
 */
export function lowerRules(grammar: GrammarRules): ByteRules {
  return new Lowering(grammar).run();
}

class Lowering {
  readonly #grammar: GrammarRules;
  readonly #rules: Alternatives[] = [];
  readonly #byName = new Map<string, number>();
  /** Rules for the characters of a set beyond one byte, by the set. */
  readonly #wide = new Map<readonly CodePointRange[], number>();
  readonly #inlined = new Map<string, boolean>();

  constructor(grammar: GrammarRules) {
    this.#grammar = grammar;
  }

  run(): ByteRules {
    this.#byName.set(this.#grammar.root, this.#newRule());
    // Names are added while the map is gone through.
    for (const [name, index] of this.#byName) this.#rules[index] = this.#lower(this.#body(name), []);
    return this.#rules;
  }

  #newRule(alternatives: Alternatives = []): number {
    if (this.#rules.length === mostRules) {
      throw new InvalidGrammarError(
        `The grammar is too large: more than ${mostRules} rules over bytes. Ask for fewer repetitions.`,
      );
    }
    return this.#rules.push(alternatives) - 1;
  }

  #body(name: string): Expression {
    return this.#grammar.rules.get(name) as Expression;
  }

  /** What may be written for an expression that is followed by `tail`. */
  #lower(expression: Expression, tail: readonly ByteItem[]): Alternatives {
    switch (expression.kind) {
      case 'text':
        return [[...textItems(expression.text), ...tail]];
      case 'characters':
        return this.#lowerCharacters(expression.ranges, tail);
      case 'rule':
        return [[{ rule: this.#ruleOf(expression.name) }, ...tail]];
      case 'sequence': {
        let alternatives: Alternatives = [tail];
        for (const part of expression.parts.toReversed())
          alternatives = this.#lower(part, this.#asTail(alternatives));
        return alternatives;
      }
      case 'choice': {
        const shared = tail.length > 1 ? this.#asTail([tail], true) : tail;
        return expression.options.flatMap((option) => this.#lower(option, shared));
      }
      case 'repeat':
        return this.#lowerRepeat(expression.part, expression.minimum, expression.maximum, tail);
    }
  }

  #lowerRepeat(
    part: Expression,
    minimum: number,
    maximum: number | undefined,
    tail: readonly ByteItem[],
  ): Alternatives {
    const inlined = this.#inline(part);
    const counts = maximum === undefined ? minimum : maximum;
    const once =
      counts > 1 ? this.#forCounting(inlined) : (rest: readonly ByteItem[]) => this.#lower(inlined, rest);
    let alternatives: Alternatives = [tail];
    if (maximum === undefined) {
      const loop: ByteItem = { rule: this.#newRule() };
      alternatives = [tail, ...this.#lower(inlined, [loop]).filter((items) => items[0] !== loop)];
      this.#rules[loop.rule] = alternatives;
      if (minimum > 0) alternatives = [[loop]];
    } else {
      for (let more = minimum; more < maximum; more++)
        alternatives = [tail, ...once(this.#asTail(alternatives))];
    }
    for (let more = 0; more < minimum; more++) alternatives = once(this.#asTail(alternatives));
    return alternatives;
  }

  /**
   * What writes one of many counted parts. Each count is a rule of its own, which the engine looks at with every token
   * when it compiles: where a part may be a single byte, longer ones share a rule, so that a count has few states.
   */
  #forCounting(part: Expression): (tail: readonly ByteItem[]) => Alternatives {
    const alternatives = this.#lower(part, []);
    const isByte = (items: readonly ByteItem[]): boolean =>
      items.length === 1 && !('rule' in (items[0] as ByteItem));
    const longer = alternatives.filter((items) => !isByte(items));
    if (longer.length < 2 || longer.length === alternatives.length) return (tail) => this.#lower(part, tail);
    const shared = this.#newRule(longer);
    return (tail) => [...alternatives.filter(isByte), [{ rule: shared }]].map((items) => [...items, ...tail]);
  }

  #lowerCharacters(ranges: readonly CodePointRange[], tail: readonly ByteItem[]): Alternatives {
    const sequences = ranges.flatMap(utf8Sequences);
    const single = sequences.filter(({ length }) => length === 1).map(([range]) => range as [number, number]);
    const several = sequences.filter(({ length }) => length > 1);
    const alternatives: Alternatives = single.length > 0 ? [[{ ranges: single }, ...tail]] : [];
    if (several.length === 0) return alternatives;
    let wide = this.#wide.get(ranges);
    if (wide === undefined) {
      wide = this.#newRule(several.map((bytes) => bytes.map((range) => ({ ranges: [range] }))));
      this.#wide.set(ranges, wide);
    }
    return [...alternatives, [{ rule: wide }, ...tail]];
  }

  /** A tail that several alternatives may end with: as it is where it is short, otherwise a rule. */
  #asTail(alternatives: Alternatives, always = false): readonly ByteItem[] {
    const [only] = alternatives;
    if (!always && only !== undefined && alternatives.length === 1 && only.length <= longestTail) return only;
    return [{ rule: this.#newRule(alternatives) }];
  }

  #ruleOf(name: string): number {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const index = this.#newRule();
    this.#byName.set(name, index);
    return index;
  }

  /** The expression itself for the name of a small rule that does not lead to itself. */
  #inline(expression: Expression): Expression {
    if (expression.kind !== 'rule') return expression;
    const { name } = expression;
    let inlined = this.#inlined.get(name);
    if (inlined === undefined) {
      inlined = this.#size(name, new Set()) <= largestInlined;
      this.#inlined.set(name, inlined);
    }
    return inlined ? this.#inline(this.#body(name)) : expression;
  }

  /** Nodes of a rule with all that it names; infinite where it leads to itself. */
  #size(name: string, open: Set<string>): number {
    if (open.has(name)) return Number.POSITIVE_INFINITY;
    open.add(name);
    const size = this.#expressionSize(this.#body(name), open);
    open.delete(name);
    return size;
  }

  #expressionSize(expression: Expression, open: Set<string>): number {
    if (expression.kind === 'rule') return this.#size(expression.name, open);
    if (expression.kind === 'repeat') return 1 + this.#expressionSize(expression.part, open);
    const inner =
      expression.kind === 'sequence'
        ? expression.parts
        : expression.kind === 'choice'
          ? expression.options
          : [];
    let size = 1;
    for (const part of inner) {
      size += this.#expressionSize(part, open);
      if (size > largestInlined) return Number.POSITIVE_INFINITY;
    }
    return size;
  }
}

function textItems(text: string): ByteItem[] {
  return Array.from(new TextEncoder().encode(text), (byte) => ({ ranges: [[byte, byte]] }));
}
