import { type AllowedTokens, InvalidSchemaError, type Tokenizer } from '@foretoken/core';
import { createGrammarCompiler, type Grammar, type GrammarCompiler } from '@foretoken/grammar';

/** Compiling takes up to seconds, and callers send the same few schemas again and again. */
const mostKept = 16;

/** Schemas, compiled for one model. */
export class Structures {
  readonly #tokenizer: Tokenizer;
  #compiler: GrammarCompiler | undefined;
  /** By the schema's text, the least recently used first. */
  readonly #grammars = new Map<string, Promise<Grammar>>();

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  /**
   * The mask of one request.
   *
   * @param promptLength tokens of the prompt.
   * @throws InvalidSchemaError, InvalidGrammarError; InvalidArgumentError for a model without end tokens.
   */
  async allowedTokens(schema: unknown, promptLength: number): Promise<AllowedTokens> {
    const key = textOf(schema);
    const grammar = this.#grammars.get(key) ?? this.#compile(schema);
    this.#grammars.delete(key);
    this.#grammars.set(key, grammar);
    // One that fails would stay otherwise.
    grammar.catch(() => this.#grammars.delete(key));
    const [oldest] = this.#grammars.keys();
    if (this.#grammars.size > mostKept && oldest !== undefined) this.#grammars.delete(oldest);
    return (await grammar).allowedTokens(promptLength);
  }

  async #compile(schema: unknown): Promise<Grammar> {
    this.#compiler ??= createGrammarCompiler(this.#tokenizer);
    return this.#compiler.compileJsonSchema(schema);
  }
}

/** @throws InvalidSchemaError for one that is nested deeper than can be read. */
function textOf(schema: unknown): string {
  try {
    return JSON.stringify(schema);
  } catch (cause) {
    throw new InvalidSchemaError('The JSON schema is nested too deeply.', { pointer: '', cause });
  }
}
