import { ForetokenError } from '@foretoken/core';

/** A pipeline description that is missing or broken, or that contradicts itself. */
export class PipelineFileError extends ForetokenError {
  override readonly name = 'PipelineFileError';
  readonly file: string;

  constructor(message: string, options: ErrorOptions & { readonly file: string }) {
    super(message, options);
    this.file = options.file;
  }
}
