import { ForetokenError } from '@foretoken/core';

/** A profile file that is missing, broken or of another version, or that cannot be written. */
export class ProfileFileError extends ForetokenError {
  override readonly name = 'ProfileFileError';
  readonly file: string;

  constructor(message: string, options: ErrorOptions & { readonly file: string }) {
    super(message, options);
    this.file = options.file;
  }
}
