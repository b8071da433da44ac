/** What of XGrammar's WebAssembly interface is used here. Everything that it hands out is freed with `delete`. */
export interface Engine {
  readonly Grammar: { FromEBNF(source: string, root: string): Freed };
  readonly TokenizerInfo: new (
    tokens: Freed,
    kind: 'BYTE_LEVEL',
    vocabularySize: number,
    endTokens: Freed,
    addsSpace: boolean,
  ) => Freed;
  readonly GrammarCompiler: new (
    vocabulary: Freed,
    threads: number,
    cache: boolean,
  ) => Freed & { CompileGrammar(grammar: Freed): Freed };
  readonly GrammarMatcher: new (
    grammar: Freed,
    endTokens: undefined,
    endsWithoutToken: boolean,
    mostRollback: number,
  ) => EngineMatcher;
  vecStringFromJSArray(values: readonly string[]): Freed;
  vecIntFromJSArray(values: readonly number[]): Freed;
  /** A view that stays valid until the engine's memory grows. */
  vecIntToView(values: Freed): Int32Array;
  /** What it printed, a line each; an abort puts its reason here. */
  readonly messages: string[];
}

export interface Freed {
  delete(): void;
}

/** Where a text stands in a grammar. */
export interface EngineMatcher extends Freed {
  /** False, and nothing changed, where no text goes on so. */
  AcceptToken(token: number, verbose: boolean): boolean;
  Rollback(tokens: number): void;
  /** One bit a token, 32 to a number. */
  GetNextTokenBitmask(vocabularySize: number): Freed;
}
