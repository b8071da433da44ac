import { ForetokenError } from './foretoken-error.js';

/** A server that refuses, breaks off or does not answer in time, after as many tries as were allowed. */
export class EndpointUnreachableError extends ForetokenError {
  override readonly name = 'EndpointUnreachableError';
  readonly url: string;

  constructor(message: string, options: ErrorOptions & { readonly url: string }) {
    super(message, options);
    this.url = options.url;
  }
}
