import { ForetokenError } from './foretoken-error.js';

/** A JSON schema that is none, or that asks for something that no grammar here says. */
export class InvalidSchemaError extends ForetokenError {
  override readonly name = 'InvalidSchemaError';
  /** Where in the schema, as a JSON pointer (RFC 6901): '' is the whole. */
  readonly pointer: string;

  constructor(message: string, options: ErrorOptions & { readonly pointer: string }) {
    super(message, options);
    this.pointer = options.pointer;
  }
}
