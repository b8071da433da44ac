import type { ByteItem, ByteRules } from './byte-rules.js';
import type { ByteRange } from './utf8-sequences.js';

type Alternative = readonly ByteItem[];

/**
 * The same texts from rules in which one byte, or one rule's name, tells alternatives apart: what begins alike goes on in
 * a rule of its own.
 *
 * The engine's automaton would otherwise join what begins alike and what ends alike in one step, and with both take texts
 * in that are none: of `root ::= ("xypqrs" | "euv" | [b-c] | "xy") "euv"` it allows "bp".
 */
export function leftFactor(rules: ByteRules): ByteRules {
  return new Factoring(rules).run();
}

class Factoring {
  readonly #rules: ByteRules;
  /** Rules of bytes alone: the engine writes them out where an alternative begins with one, so it is done here. */
  readonly #plain: ReadonlySet<number>;
  readonly #factored: (readonly Alternative[])[];
  /** Rules that were added, by their alternatives. */
  readonly #added = new Map<string, number>();
  readonly #open: { readonly index: number; readonly alternatives: readonly Alternative[] }[] = [];

  constructor(rules: ByteRules) {
    this.#rules = rules;
    this.#plain = plainRules(rules);
    this.#factored = rules.map(() => []);
  }

  run(): ByteRules {
    for (const [index, alternatives] of this.#rules.entries()) this.#open.push({ index, alternatives });
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop())
      this.#factored[next.index] = this.#factor(next.alternatives);
    return this.#factored;
  }

  #factor(given: readonly Alternative[]): Alternative[] {
    const alternatives = distinct(given.flatMap((items) => this.#writeOut(items)));
    const factored: Alternative[] = alternatives.some(({ length }) => length === 0) ? [[]] : [];
    for (const [rule, rests] of byFirstRule(alternatives)) factored.push([{ rule }, ...this.#join(rests)]);
    for (const { ranges, rests } of byFirstByte(alternatives))
      factored.push([{ ranges }, ...this.#join(rests)]);
    return factored;
  }

  /** The alternative with what a rule of bytes at its beginning stands for. */
  #writeOut(items: Alternative): readonly Alternative[] {
    const [first, ...rest] = items;
    if (first === undefined || !('rule' in first) || !this.#plain.has(first.rule)) return [items];
    return (this.#rules[first.rule] as readonly Alternative[]).flatMap((begin) =>
      this.#writeOut([...begin, ...rest]),
    );
  }

  #join(rests: readonly Alternative[]): Alternative {
    const [only] = rests;
    if (only !== undefined && rests.length === 1) return only;
    const key = rests.map(keyOf).toSorted().join(' | ');
    let rule = this.#added.get(key);
    if (rule === undefined) {
      rule = this.#factored.push([]) - 1;
      this.#added.set(key, rule);
      this.#open.push({ index: rule, alternatives: rests });
    }
    return [{ rule }];
  }
}

/** What follows each rule that an alternative begins with. */
function byFirstRule(alternatives: readonly Alternative[]): ReadonlyMap<number, Alternative[]> {
  const groups = new Map<number, Alternative[]>();
  for (const [first, ...rest] of alternatives) {
    if (first === undefined || !('rule' in first)) continue;
    groups.set(first.rule, [...(groups.get(first.rule) ?? []), rest]);
  }
  return groups;
}

/** What follows each first byte; bytes that the same follows go together. */
function byFirstByte(
  alternatives: readonly Alternative[],
): readonly { readonly ranges: readonly ByteRange[]; readonly rests: readonly Alternative[] }[] {
  const groups = new Map<
    string,
    { readonly ranges: [number, number][]; readonly rests: readonly Alternative[] }
  >();
  for (let byte = 0; byte < 256; byte++) {
    const rests = distinct(
      alternatives.flatMap(([first, ...rest]) =>
        first !== undefined &&
        'ranges' in first &&
        first.ranges.some(([from, to]) => from <= byte && byte <= to)
          ? [rest]
          : [],
      ),
    );
    if (rests.length === 0) continue;
    const key = rests.map(keyOf).join(' | ');
    const group = groups.get(key) ?? { ranges: [], rests };
    groups.set(key, group);
    const last = group.ranges.at(-1);
    if (last?.[1] === byte - 1) last[1] = byte;
    else group.ranges.push([byte, byte]);
  }
  return [...groups.values()];
}

/** Rules that stand for bytes alone, at least one, also by way of other such rules. */
function plainRules(rules: ByteRules): ReadonlySet<number> {
  const plain = new Set<number>();
  for (let before = -1; before < plain.size; ) {
    before = plain.size;
    for (const [index, alternatives] of rules.entries()) {
      const isPlain = alternatives.every(
        (items) => items.length > 0 && items.every((item) => !('rule' in item) || plain.has(item.rule)),
      );
      if (isPlain) plain.add(index);
    }
  }
  return plain;
}

function distinct(alternatives: readonly Alternative[]): Alternative[] {
  return [...new Map(alternatives.map((items) => [keyOf(items), items])).values()];
}

function keyOf(items: Alternative): string {
  return items.map((item) => ('rule' in item ? `r${item.rule}` : item.ranges.flat().join('-'))).join(' ');
}
