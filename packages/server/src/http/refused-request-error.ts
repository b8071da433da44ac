import { ForetokenError } from '@foretoken/core';

export type RefusalStatus = 400 | 401 | 404 | 413 | 500 | 503;

interface RefusalDetails extends ErrorOptions {
  readonly status: RefusalStatus;
  /** The field that is wrong: `messages.0.role`. */
  readonly parameter?: string | undefined;
  /** For programs: `model_not_found`. */
  readonly code?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A request that gets an error for an answer. */
export class RefusedRequestError extends ForetokenError {
  override readonly name = 'RefusedRequestError';
  readonly status: RefusalStatus;
  readonly parameter: string | undefined;
  readonly code: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(message: string, { status, parameter, code, headers = {}, ...options }: RefusalDetails) {
    super(message, options);
    this.status = status;
    this.parameter = parameter;
    this.code = code;
    this.headers = headers;
  }

  /** OpenAI's shape of an error. */
  get body(): object {
    return {
      error: {
        message: this.message,
        type: this.status >= 500 ? 'server_error' : 'invalid_request_error',
        param: this.parameter ?? null,
        code: this.code ?? null,
      },
    };
  }
}

/** Runs what checks a part of a request: an error of ours is the caller's. */
export function refusing<Result>(parameter: string | undefined, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw asRefusal(parameter, error);
  }
}

/** The same of what takes a while. */
export async function refusingLater<Result>(parameter: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw asRefusal(parameter, error);
  }
}

function asRefusal(parameter: string | undefined, cause: unknown): unknown {
  if (!ForetokenError.isInstance(cause)) return cause;
  const where = parameter === undefined ? '' : `${parameter}: `;
  return new RefusedRequestError(`${where}${cause.message}`, { status: 400, parameter, cause });
}
