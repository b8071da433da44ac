import { ForetokenError } from './foretoken-error.js';

/** A server's answer that cannot be used: an error status, malformed JSON, or something missing from it. */
export class EndpointReplyError extends ForetokenError {
  override readonly name = 'EndpointReplyError';
  readonly url: string;
  /** HTTP status of the answer. */
  readonly status: number;

  constructor(message: string, options: ErrorOptions & { readonly url: string; readonly status: number }) {
    super(message, options);
    this.url = options.url;
    this.status = options.status;
  }
}
