import {
  EngineError,
  ForetokenError,
  InvalidArgumentError,
  InvalidGrammarError,
  InvalidSchemaError,
  type Tokenizer,
} from '@foretoken/core';
import { toByteLetters } from './engine/byte-letters.js';
import type { Engine, Freed } from './engine/engine.js';
import { loadEngine } from './engine/load-engine.js';
import { Grammar } from './grammar.js';
import { leftFactor } from './lowering/left-factor.js';
import { lowerRules } from './lowering/lower-rules.js';
import { writeRules } from './lowering/write-rules.js';
import { readSchema } from './schema/read-schema.js';
import type { GrammarRules } from './syntax/expression.js';
import { keepProductive } from './syntax/keep-productive.js';
import { readGrammar } from './syntax/read-grammar.js';
import { Vocabulary } from './vocabulary.js';

/** Compiles grammars for one model's vocabulary. */
export interface GrammarCompiler {
  /**
   * Texts of a grammar in GBNF, the notation of llama.cpp (see `docs/structured-output.md`).
   *
   * @throws InvalidGrammarError with line and column where it does not read; without where no text satisfies it, or
   *   none of the vocabulary's tokens begins one.
   */
  compileGrammar(source: string): Promise<Grammar>;
  /**
   * JSON texts that satisfy a schema, written without spaces and with properties in the schema's order.
   *
   * @param schema a JSON document, or what it parses to.
   * @throws InvalidSchemaError where it is no JSON, no schema, or asks for what a grammar cannot say, with the place.
   */
  compileJsonSchema(schema: unknown): Promise<Grammar>;
}

/**
 * @param tokenizer of the target; drafts in another vocabulary are checked in the target's.
 * @throws InvalidArgumentError for a model without end tokens: nothing would end its texts.
 */
export function createGrammarCompiler(tokenizer: Tokenizer): GrammarCompiler {
  if (tokenizer.endTokens.length === 0) {
    throw new InvalidArgumentError(
      'The model has no end token, so that it cannot say where a text of a grammar ends. Take another model.',
    );
  }
  return new XgrammarCompiler(new Vocabulary(tokenizer));
}

/** An engine that has read the vocabulary. */
interface ReadyEngine {
  readonly engine: Engine;
  readonly vocabulary: Freed;
}

class XgrammarCompiler implements GrammarCompiler {
  readonly #vocabulary: Vocabulary;
  #ready: Promise<ReadyEngine> | undefined;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  async compileGrammar(source: string): Promise<Grammar> {
    const grammar = keepProductive(readGrammar(source));
    if (grammar === undefined) {
      throw new InvalidGrammarError(
        'No text satisfies the grammar: every way through "root" leads to itself again, or to a character of an empty set. Give the recursion an end.',
      );
    }
    return this.#compile(grammar);
  }

  async compileJsonSchema(schema: unknown): Promise<Grammar> {
    const grammar = keepProductive(readSchema(schema));
    if (grammar === undefined) {
      throw new InvalidSchemaError(
        'No JSON text satisfies the JSON schema: it contradicts itself, or every value would hold another one of its own kind. Give the recursion an end, such as "null" or an empty list.',
        { pointer: '' },
      );
    }
    return this.#compile(grammar);
  }

  async #compile(grammar: GrammarRules): Promise<Grammar> {
    const source = writeRules(leftFactor(lowerRules(grammar)));
    this.#ready ??= this.#start();
    const { engine, vocabulary } = await this.#ready;
    engine.messages.length = 0;
    const freed: Freed[] = [];
    try {
      const parsed = engine.Grammar.FromEBNF(source, 'root');
      freed.push(parsed);
      const compiler = new engine.GrammarCompiler(vocabulary, 1, false);
      freed.push(compiler);
      const compiled = new Grammar(engine, compiler.CompileGrammar(parsed), this.#vocabulary);
      compiled.assertBegins();
      return compiled;
    } catch (cause) {
      if (ForetokenError.isInstance(cause)) throw cause;
      // An abort leaves its engine as it was in the middle of something: the next grammar gets a new one.
      this.#ready = undefined;
      throw new EngineError(
        `The grammar library gave up on the grammar: ${engine.messages.join(' ') || String(cause)}`,
        { cause },
      );
    } finally {
      for (const handle of freed) handle.delete();
    }
  }

  async #start(): Promise<ReadyEngine> {
    const engine = await loadEngine();
    const { texts, endTokens } = this.#vocabulary;
    const tokens = engine.vecStringFromJSArray(texts.map(toByteLetters));
    const ends = engine.vecIntFromJSArray(endTokens);
    const vocabulary = new engine.TokenizerInfo(tokens, 'BYTE_LEVEL', texts.length, ends, false);
    tokens.delete();
    ends.delete();
    return { engine, vocabulary };
  }
}
