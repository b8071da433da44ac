import { ForetokenError } from '@foretoken/core';

/** A plan file that is missing, broken or of another version, or that cannot be written. */
export class PlanFileError extends ForetokenError {
  override readonly name = 'PlanFileError';
  readonly file: string;

  constructor(message: string, options: ErrorOptions & { readonly file: string }) {
    super(message, options);
    this.file = options.file;
  }
}
