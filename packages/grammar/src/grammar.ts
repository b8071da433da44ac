import type { AllowedTokens } from '@foretoken/core';
import type { Engine, Freed } from './engine/engine.js';
import { freeWith } from './engine/free-with.js';
import { GrammarMask } from './grammar-mask.js';
import type { Vocabulary } from './vocabulary.js';

/** A grammar, compiled for a vocabulary. Freed with the last reference to it. */
export class Grammar {
  readonly #engine: Engine;
  readonly #compiled: Freed;
  readonly #vocabulary: Vocabulary;

  /** From `createGrammarCompiler`. */
  constructor(engine: Engine, compiled: Freed, vocabulary: Vocabulary) {
    this.#engine = engine;
    this.#compiled = compiled;
    this.#vocabulary = vocabulary;
    freeWith(this, compiled);
  }

  /**
   * The mask for one request: after every history, the tokens that keep its output the beginning of a text of the
   * grammar, no others, and the end tokens where the text may end. A history whose output is no such beginning (a draft
   * goes on after a token that will be rejected) or that has an end token in it allows everything.
   *
   * It keeps its place in the grammar between calls and moves it by what differs, so that positions of one draft, siblings
   * of a tree and what is left after a rejection cost a step each, in any order. Give every request its own.
   *
   * @param promptLength tokens of the prompt, as `generate` counts them: of a text, `encodePrompt(…).length`.
   */
  allowedTokens(promptLength: number): AllowedTokens {
    const matcher = new this.#engine.GrammarMatcher(this.#compiled, undefined, false, -1);
    return new GrammarMask({ engine: this.#engine, matcher, vocabulary: this.#vocabulary, promptLength });
  }

  /** @throws InvalidGrammarError where no token begins a text. */
  assertBegins(): void {
    this.allowedTokens(0).mask([]);
  }
}
