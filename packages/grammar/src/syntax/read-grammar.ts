import { InvalidGrammarError } from '@foretoken/core';
import { complementRanges, isSurrogate, largestCodePoint, normalizeRanges } from './code-points.js';
import {
  choiceOf,
  type CodePointRange,
  type Expression,
  type GrammarRules,
  repeat,
  rule,
  sequence,
  text,
} from './expression.js';

/** Most repetitions that a bound may name: each of them is a state of the grammar. */
export const largestRepetition = 2000;
const deepestNesting = 200;
const root = 'root';

/**
 * Reads a grammar in GBNF, the notation of llama.cpp: rules `name ::= …` of texts in quotes, character classes, `.`,
 * names of rules, alternatives, parentheses, `* + ? {m,n}` and comments after `#`. A text begins at `root`. A rule
 * may go on in the next line anywhere, where llama.cpp asks for parentheses.
 *
 * @throws InvalidGrammarError with line and column for what does not read as a grammar.
 */
export function readGrammar(source: string): GrammarRules {
  return new GrammarReader(source).read();
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['t', '\t'],
  ['r', '\r'],
  ['n', '\n'],
  ['\\', '\\'],
  ['"', '"'],
  ['[', '['],
  [']', ']'],
]);
/** Hexadecimal digits after `\x`, `\u` and `\U`. */
const hexadecimalEscapes: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

class GrammarReader {
  readonly #source: string;
  #at = 0;
  #depth = 0;
  readonly #rules = new Map<string, Expression>();
  /** Names that are used, and where the first use stands. */
  readonly #uses = new Map<string, number>();

  constructor(source: string) {
    this.#source = source;
  }

  read(): GrammarRules {
    this.#skipSpace();
    if (this.#at === this.#source.length)
      this.#fail('The grammar is empty: write rules such as root ::= "yes" | "no".');
    while (this.#at < this.#source.length) this.#readRule();
    if (!this.#rules.has(root)) this.#fail('There is no rule "root", where a text begins.');
    for (const [name, at] of this.#uses)
      if (!this.#rules.has(name)) this.#fail(`There is no rule "${name}".`, at);
    return { rules: this.#rules, root };
  }

  #readRule(): void {
    const at = this.#at;
    const name = this.#readName();
    if (name === undefined) this.#fail(`A rule begins with its name, not with ${this.#here()}.`);
    this.#skipSpace();
    if (!this.#take('::=')) this.#fail(`After the name "${name}" of a rule comes ::=, not ${this.#here()}.`);
    this.#skipSpace();
    if (this.#rules.has(name)) this.#fail(`There are two rules "${name}".`, at);
    this.#rules.set(name, this.#readChoice());
    if (this.#at < this.#source.length && !this.#atRule())
      this.#fail(`This cannot stand here: ${this.#here()}.`);
  }

  #readChoice(): Expression {
    this.#depth += 1;
    if (this.#depth > deepestNesting) this.#fail(`Parentheses are nested more than ${deepestNesting} deep.`);
    const options = [this.#readSequence()];
    while (this.#take('|')) {
      this.#skipSpace();
      options.push(this.#readSequence());
    }
    this.#depth -= 1;
    return choiceOf(options);
  }

  #readSequence(): Expression {
    const parts: Expression[] = [];
    for (let part = this.#readPart(); part !== undefined; part = this.#readPart()) {
      this.#skipSpace();
      parts.push(this.#readRepetitions(part));
    }
    return sequence(...parts);
  }

  /** One part with no operator after it; undefined where none begins. */
  #readPart(): Expression | undefined {
    const at = this.#at;
    if (this.#take('"')) return this.#readText(at);
    if (this.#take('[')) return this.#readClass(at);
    if (this.#take('.')) return { kind: 'characters', ranges: complementRanges([]) };
    if (this.#take('(')) return this.#readGroup(at);
    if (this.#source[at] === '<' || this.#source.startsWith('!<', at)) {
      this.#fail('Tokens in angle brackets are not supported: write the text in quotes.');
    }
    if (this.#atRule()) return undefined;
    const name = this.#readName();
    if (name === undefined) return undefined;
    if (!this.#uses.has(name)) this.#uses.set(name, at);
    return rule(name);
  }

  #readGroup(at: number): Expression {
    this.#skipSpace();
    const inner = this.#readChoice();
    if (!this.#take(')')) {
      if (this.#at < this.#source.length && !this.#atRule())
        this.#fail(`This cannot stand here: ${this.#here()}.`);
      this.#fail('This parenthesis is not closed.', at);
    }
    return inner;
  }

  #readText(at: number): Expression {
    let value = '';
    while (!this.#take('"')) value += String.fromCodePoint(this.#readCharacter(at, 'text in quotes'));
    return text(value);
  }

  #readClass(at: number): Expression {
    const negated = this.#take('^');
    const ranges: CodePointRange[] = [];
    while (!this.#take(']')) {
      const start = this.#at;
      const first = this.#readCharacter(at, 'character class');
      let last = first;
      if (this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']') {
        this.#at += 1;
        last = this.#readCharacter(at, 'character class');
      }
      if (last < first) this.#fail('A range of characters goes from the lower to the higher one.', start);
      ranges.push([first, last]);
    }
    if (ranges.length === 0 && !negated) this.#fail('This character class is empty.', at);
    return { kind: 'characters', ranges: negated ? complementRanges(ranges) : normalizeRanges(ranges) };
  }

  /** The next code point of a text or class that began at `start`. */
  #readCharacter(start: number, what: string): number {
    const at = this.#at;
    const codePoint = this.#source.codePointAt(at);
    if (codePoint === undefined) this.#fail(`This ${what} is not closed.`, start);
    this.#at += codePoint > 0xff_ff ? 2 : 1;
    if (codePoint !== 0x5c) {
      if (isSurrogate(codePoint)) this.#fail('Half of a character (a lone surrogate) has no UTF-8.', at);
      return codePoint;
    }
    const letter = this.#source[this.#at] ?? '';
    this.#at += 1;
    const simple = escapes.get(letter);
    if (simple !== undefined) return simple.charCodeAt(0);
    const digits = hexadecimalEscapes.get(letter);
    if (digits === undefined) this.#fail(`There is no escape \\${letter}: ${knownEscapes}.`, at);
    const written = this.#source.slice(this.#at, this.#at + digits);
    if (written.length < digits || !/^[\da-f]+$/i.test(written)) {
      this.#fail(`After \\${letter} come ${digits} hexadecimal digits.`, at);
    }
    this.#at += digits;
    const value = Number.parseInt(written, 16);
    if (value > largestCodePoint || isSurrogate(value))
      this.#fail(`\\${letter}${written} is no character.`, at);
    return value;
  }

  #readRepetitions(part: Expression): Expression {
    let repeated = part;
    while (true) {
      const at = this.#at;
      if (this.#take('*')) repeated = repeat(repeated, 0);
      else if (this.#take('+')) repeated = repeat(repeated, 1);
      else if (this.#take('?')) repeated = repeat(repeated, 0, 1);
      else if (this.#take('{')) repeated = this.#readBounds(repeated, at);
      else return repeated;
      this.#skipSpace();
    }
  }

  #readBounds(part: Expression, at: number): Expression {
    const [whole, least, comma, most] =
      /\s*(\d+)\s*(?:(,)\s*(\d*))?\s*\}/y.exec(this.#source.slice(this.#at)) ?? [];
    if (whole === undefined || least === undefined)
      this.#fail('Write repetitions as {2}, {2,} or {2,5}.', at);
    this.#at += whole.length;
    const minimum = Number(least);
    const maximum = comma === undefined ? minimum : most === '' ? undefined : Number(most);
    if ((maximum ?? minimum) < minimum)
      this.#fail(`At least ${minimum} and at most ${maximum} is nothing.`, at);
    if (Math.max(minimum, maximum ?? 0) > largestRepetition) {
      this.#fail(`At most ${largestRepetition} repetitions can be asked for.`, at);
    }
    return repeat(part, minimum, maximum);
  }

  /** True where a new rule begins. */
  #atRule(): boolean {
    return this.#match(/[A-Za-z\d_-]+(?:\s|#[^\n]*\n)*::=/y) !== undefined;
  }

  #readName(): string | undefined {
    const name = this.#match(/[A-Za-z\d_-]+/y);
    this.#at += name?.length ?? 0;
    return name;
  }

  #skipSpace(): void {
    this.#at += this.#match(/(?:\s|#[^\n]*)+/y)?.length ?? 0;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source)?.[0];
  }

  #take(expected: string): boolean {
    if (!this.#source.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  #here(): string {
    const codePoint = this.#source.codePointAt(this.#at);
    return codePoint === undefined
      ? 'the end of the grammar'
      : JSON.stringify(String.fromCodePoint(codePoint));
  }

  #fail(reason: string, at = this.#at): never {
    const before = this.#source.slice(0, at).split('\n');
    const line = before.length;
    const column = (before.at(-1) as string).length + 1;
    throw new InvalidGrammarError(`The grammar, line ${line}, column ${column}: ${reason}`, { line, column });
  }
}

const knownEscapes = 'there are \\t \\r \\n \\\\ \\" \\[ \\] \\xHH \\uHHHH \\UHHHHHHHH';
