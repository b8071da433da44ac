import type { ServedModel } from './served-model.js';

export interface ServerOptions {
  readonly model: ServedModel;
  /** Milliseconds, never going back: for metrics, and for controllers that learn costs. */
  readonly clock: () => number;
  /** Asked for as a bearer token under `/v1`; letters, digits and `._~+/-`, `=` at the end. Default: none is. */
  readonly apiKey?: string | undefined;
  /** Most requests that wait for the model, at least 0; default 64. The others are answered with 503. */
  readonly mostWaiting?: number | undefined;
  /** Most bytes of a request's body; default 4 MiB. */
  readonly mostBodyBytes?: number | undefined;
  /** Given the tokens of every finished output, [1 or more], before the next request runs. */
  readonly keepOutput?: ((tokens: readonly number[]) => Promise<void>) | undefined;
  /** Told what an operator should know: engine errors, drafters that failed. Default: nobody is. */
  readonly onNote?: ((line: string) => void) | undefined;
}
