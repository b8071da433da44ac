import { ForetokenError } from './foretoken-error.js';

/** A grammar that does not read as one, that no text satisfies, or that the vocabulary cannot write. */
export class InvalidGrammarError extends ForetokenError {
  override readonly name = 'InvalidGrammarError';
  /** Where the grammar does not read, from 1. */
  readonly line: number | undefined;
  /** In UTF-16 code units, from 1. */
  readonly column: number | undefined;

  constructor(message: string, place?: { readonly line: number; readonly column: number }) {
    super(message);
    this.line = place?.line;
    this.column = place?.column;
  }
}
