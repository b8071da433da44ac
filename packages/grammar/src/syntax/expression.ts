/** First and last code point of a range, both of them in it. */
export type CodePointRange = readonly [first: number, last: number];

/** What a rule of a context-free grammar may be written as. */
export type Expression =
  | { readonly kind: 'text'; readonly text: string }
  /** One code point of a set: ranges in ascending order that do not touch. */
  | { readonly kind: 'characters'; readonly ranges: readonly CodePointRange[] }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly options: readonly Expression[] }
  | {
      readonly kind: 'repeat';
      readonly part: Expression;
      readonly minimum: number;
      /** undefined: no limit. */
      readonly maximum: number | undefined;
    };

/** Rules by their names, and where a text begins. */
export interface GrammarRules {
  readonly rules: ReadonlyMap<string, Expression>;
  readonly root: string;
}

/** The empty text. */
export const empty: Expression = { kind: 'sequence', parts: [] };

export function text(value: string): Expression {
  return { kind: 'text', text: value };
}

export function rule(name: string): Expression {
  return { kind: 'rule', name };
}

export function sequence(...parts: readonly Expression[]): Expression {
  return parts.length === 1 ? (parts[0] as Expression) : { kind: 'sequence', parts };
}

export function choice(...options: readonly Expression[]): Expression {
  return choiceOf(options);
}

/** Of a list, which may be longer than a call has arguments. */
export function choiceOf(options: readonly Expression[]): Expression {
  return options.length === 1 ? (options[0] as Expression) : { kind: 'choice', options };
}

export function repeat(part: Expression, minimum: number, maximum?: number): Expression {
  return { kind: 'repeat', part, minimum, maximum };
}

export function optional(part: Expression): Expression {
  return repeat(part, 0, 1);
}
