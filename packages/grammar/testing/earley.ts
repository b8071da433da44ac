import type { Expression } from '../src/syntax/expression.js';

/** A byte, or a rule by its index. */
type Item = number | { readonly rule: number };

/** The beginning of a text of a grammar. */
export interface Reading {
  /** It is a text of the grammar. */
  readonly complete: boolean;
  /** With one more byte; undefined where no text begins so. */
  read(byte: number): Reading | undefined;
}

/**
 * Reads the empty text by the algorithm of Earley (1970), straight from the definition, on rules in which everything else is
 * written out: what the shipped masks are compared with. It shares no code with them. undefined where no text satisfies
 * the grammar.
 */
export function readEmptyText(rules: ReadonlyMap<string, Expression>): Reading | undefined {
  const plain = withoutDeadEnds(writeOut(rules));
  const set: StateSet = new Map();
  predict(plain, set, 0, 0);
  return set.size === 0 ? undefined : new EarleyReading(plain, [set]);
}

/** Rules of bytes and rules, [rules][alternatives][items]; the root is rule 0. */
function writeOut(rules: ReadonlyMap<string, Expression>): Item[][][] {
  const written: Item[][][] = [...rules.keys()].map(() => []);
  const names = [...rules.keys()];
  const encode = (value: string): Item[] => [...new TextEncoder().encode(value)];
  const add = (alternatives: Item[][]): Item => ({ rule: written.push(alternatives) - 1 });
  const items = (expression: Expression): Item[] => {
    switch (expression.kind) {
      case 'text':
        return encode(expression.text);
      case 'characters':
        return [
          add(
            expression.ranges.flatMap(([first, last]) =>
              Array.from({ length: last - first + 1 }, (_, at) => encode(String.fromCodePoint(first + at))),
            ),
          ),
        ];
      case 'rule':
        return [{ rule: names.indexOf(expression.name) }];
      case 'sequence':
        return expression.parts.flatMap(items);
      case 'choice':
        return [add(expression.options.map(items))];
      case 'repeat': {
        const { minimum, maximum } = expression;
        const part = add([items(expression.part)]);
        const all: Item[] = Array.from({ length: minimum }, () => part);
        if (maximum !== undefined) {
          const maybe = add([[], [part]]);
          return [...all, ...Array.from({ length: maximum - minimum }, () => maybe)];
        }
        const more: Item[][] = [[]];
        const loop = add(more);
        more.push([part, loop]);
        return [...all, loop];
      }
    }
  };
  for (const [index, name] of names.entries()) written[index] = [items(rules.get(name) as Expression)];
  return written;
}

/** Without alternatives that lead to no finite text; the root has none left where it leads to none. */
function withoutDeadEnds(rules: Item[][][]): Item[][][] {
  const leads = new Set<number>();
  const isFine = (items: Item[]): boolean =>
    items.every((item) => typeof item === 'number' || leads.has(item.rule));
  for (let before = -1; before < leads.size; ) {
    before = leads.size;
    for (const [index, alternatives] of rules.entries()) if (alternatives.some(isFine)) leads.add(index);
  }
  return rules.map((alternatives) => alternatives.filter(isFine));
}

interface State {
  readonly rule: number;
  readonly alternative: number;
  readonly dot: number;
  readonly origin: number;
}

type StateSet = Map<string, State>;

/** A text that has been read, [bytes + 1] sets of states, none of them empty. */
class EarleyReading implements Reading {
  readonly #rules: Item[][][];
  readonly #sets: readonly StateSet[];

  constructor(rules: Item[][][], sets: readonly StateSet[]) {
    this.#rules = rules;
    this.#sets = sets;
    this.#complete();
  }

  get complete(): boolean {
    return [...this.#last().values()].some(
      (state) => state.rule === 0 && state.origin === 0 && this.#nextItem(state) === undefined,
    );
  }

  read(byte: number): Reading | undefined {
    const next: StateSet = new Map();
    for (const state of this.#last().values())
      if (this.#nextItem(state) === byte) addState(next, { ...state, dot: state.dot + 1 });
    return next.size === 0 ? undefined : new EarleyReading(this.#rules, [...this.#sets, next]);
  }

  /** Predicts and completes until nothing is added: rules with the empty text end where they begin. */
  #complete(): void {
    const set = this.#last();
    const at = this.#sets.length - 1;
    for (let size = -1; size < set.size; ) {
      size = set.size;
      for (const state of set.values()) {
        const item = this.#nextItem(state);
        if (item === undefined) {
          for (const waiting of (this.#sets[state.origin] as StateSet).values()) {
            const awaited = this.#nextItem(waiting);
            if (typeof awaited === 'object' && awaited.rule === state.rule)
              addState(set, { ...waiting, dot: waiting.dot + 1 });
          }
        } else if (typeof item === 'object') predict(this.#rules, set, item.rule, at);
      }
    }
  }

  #last(): StateSet {
    return this.#sets.at(-1) as StateSet;
  }

  #nextItem({ rule, alternative, dot }: State): Item | undefined {
    return this.#rules[rule]?.[alternative]?.[dot];
  }
}

function predict(rules: Item[][][], set: StateSet, rule: number, at: number): void {
  for (const alternative of (rules[rule] as Item[][]).keys())
    addState(set, { rule, alternative, dot: 0, origin: at });
}

function addState(set: StateSet, state: State): void {
  set.set([state.rule, state.alternative, state.dot, state.origin].join(' '), state);
}
