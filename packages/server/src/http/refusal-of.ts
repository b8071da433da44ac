import { ForetokenError, InvalidGrammarError } from '@foretoken/core';
import { HTTPException } from 'hono/http-exception';
import { RefusedRequestError } from './refused-request-error.js';

/** What a caller is told of an error; of one that is the server's own, `onNote` is told too. */
export function refusalOf(error: unknown, onNote: ((line: string) => void) | undefined): RefusedRequestError {
  if (error instanceof RefusedRequestError) return error;
  if (error instanceof HTTPException) {
    return new RefusedRequestError(
      'This server asks for its key: send "Authorization: Bearer KEY" with the key that it was started with.',
      { status: 401, code: 'invalid_api_key', headers: { 'WWW-Authenticate': 'Bearer' }, cause: error },
    );
  }
  // Of a text that only began to satisfy the schema: the vocabulary cannot end it.
  if (error instanceof InvalidGrammarError) {
    const parameter = 'response_format';
    return new RefusedRequestError(`${parameter}: ${error.message}`, {
      status: 400,
      parameter,
      cause: error,
    });
  }
  onNote?.(`A request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const message = ForetokenError.isInstance(error) ? error.message : 'The server failed; its log says where.';
  return new RefusedRequestError(message, { status: 500, cause: error });
}
