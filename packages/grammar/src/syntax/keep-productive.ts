import { choiceOf, empty, type Expression, type GrammarRules, repeat, sequence } from './expression.js';

/**
 * The same texts from rules that each lead to a finite text. What does not is cut out: a mask over tokens that keep
 * some rule going would allow ways that never end. undefined where the root leads to no text.
 */
export function keepProductive({ rules, root }: GrammarRules): GrammarRules | undefined {
  const productive = new Set<string>();
  for (let before = -1; before < productive.size; ) {
    before = productive.size;
    for (const [name, expression] of rules)
      if (prune(expression, productive) !== undefined) productive.add(name);
  }
  if (!productive.has(root)) return undefined;
  const kept = new Map<string, Expression>();
  for (const [name, expression] of rules) {
    const pruned = productive.has(name) ? prune(expression, productive) : undefined;
    if (pruned !== undefined) kept.set(name, pruned);
  }
  return { rules: kept, root };
}

/** The expression without options that lead nowhere; undefined where nothing is left. */
function prune(expression: Expression, productive: ReadonlySet<string>): Expression | undefined {
  switch (expression.kind) {
    case 'text':
      return expression;
    case 'characters':
      return expression.ranges.length > 0 ? expression : undefined;
    case 'rule':
      return productive.has(expression.name) ? expression : undefined;
    case 'sequence': {
      const parts = expression.parts.map((part) => prune(part, productive));
      return parts.includes(undefined) ? undefined : sequence(...(parts as Expression[]));
    }
    case 'choice': {
      const options = expression.options.flatMap((option) => prune(option, productive) ?? []);
      return options.length > 0 ? choiceOf(options) : undefined;
    }
    case 'repeat': {
      const part = prune(expression.part, productive);
      if (part !== undefined) return repeat(part, expression.minimum, expression.maximum);
      return expression.minimum === 0 ? empty : undefined;
    }
  }
}
