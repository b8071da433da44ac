import type { Expression } from '../src/syntax/expression.js';

/** A byte, or a rule by its index. */
type Item = number | { readonly rule: number };

/** What a text is to a grammar. */
export interface Reading {
  /** Some text of the grammar begins with it. */
  readonly begins: boolean;
  /** It is a text of the grammar. */
  readonly complete: boolean;
}

/**
 * Reads texts by the algorithm of Earley (1970), straight from the definition, on rules in which everything else is
 * written out: what the shipped masks are compared with. It shares no code with them.
 */
export function createEarley(rules: ReadonlyMap<string, Expression>): (bytes: readonly number[]) => Reading {
  const plain = withoutDeadEnds(writeOut(rules));
  return (bytes) => readBytes(plain, bytes);
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
  const isFine = (items: Item[]): boolean => items.every((item) => typeof item === 'number' || leads.has(item.rule));
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

function readBytes(rules: Item[][][], bytes: readonly number[]): Reading {
  const sets: Map<string, State>[] = [];
  const add = (at: number, state: State): void => {
    const set = (sets[at] ??= new Map());
    const key = [state.rule, state.alternative, state.dot, state.origin].join(' ');
    if (!set.has(key)) set.set(key, state);
  };
  const predict = (at: number, rule: number): void => {
    for (const alternative of (rules[rule] as Item[][]).keys()) add(at, { rule, alternative, dot: 0, origin: at });
  };
  const nextItem = ({ rule, alternative, dot }: State): Item | undefined => rules[rule]?.[alternative]?.[dot];
  predict(0, 0);
  for (let at = 0; at <= bytes.length; at++) {
    const set = sets[at];
    if (set === undefined) return { begins: false, complete: false };
    // Until nothing is added: rules with the empty text end where they begin.
    for (let size = -1; size < set.size; ) {
      size = set.size;
      for (const state of [...set.values()]) {
        const item = nextItem(state);
        if (item === undefined) {
          for (const waiting of [...(sets[state.origin] as Map<string, State>).values()]) {
            const awaited = nextItem(waiting);
            if (typeof awaited === 'object' && awaited.rule === state.rule) add(at, { ...waiting, dot: waiting.dot + 1 });
          }
        } else if (typeof item === 'object') predict(at, item.rule);
        else if (item === bytes[at]) add(at + 1, { ...state, dot: state.dot + 1 });
      }
    }
  }
  const last = sets[bytes.length] as Map<string, State>;
  const complete = [...last.values()].some(
    (state) => state.rule === 0 && state.origin === 0 && nextItem(state) === undefined,
  );
  return { begins: last.size > 0, complete };
}
