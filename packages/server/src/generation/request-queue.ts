import { RefusedRequestError } from '../http/refused-request-error.js';

interface Waiter {
  readonly start: () => void;
  readonly refuse: (error: unknown) => void;
}

/** Lets one request run at a time, in the order in which they came. */
export class RequestQueue {
  readonly #mostWaiting: number;
  /** Seconds after which a place is likely free. */
  readonly #expectedSeconds: () => number;
  readonly #waiting: Waiter[] = [];
  #isRunning = false;
  #isClosed = false;
  #onIdle: (() => void) | undefined;

  constructor(mostWaiting: number, expectedSeconds: () => number) {
    this.#mostWaiting = mostWaiting;
    this.#expectedSeconds = expectedSeconds;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get runningCount(): number {
    return this.#isRunning ? 1 : 0;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /**
   * Waits for the turn; the caller runs, and then calls what it is given, once.
   *
   * @throws RefusedRequestError (503) where too many wait, or the queue is closed; the signal's reason where it is
   *   aborted, which gives up the place.
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#isClosed) throw stopping();
    if (!this.#isRunning) {
      this.#isRunning = true;
      return this.#leave;
    }
    if (this.#waiting.length >= this.#mostWaiting) throw this.#full();
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        start: () => {
          signal.removeEventListener('abort', giveUp);
          resolve(this.#leave);
        },
        refuse: (error) => {
          signal.removeEventListener('abort', giveUp);
          reject(error as Error);
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(waiter);
    });
  }

  /** Refuses what waits and what comes; resolves when what runs has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiter of this.#waiting.splice(0)) waiter.refuse(stopping());
    if (!this.#isRunning) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  readonly #leave = (): void => {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next.start();
      return;
    }
    this.#isRunning = false;
    this.#onIdle?.();
  };

  #full(): RefusedRequestError {
    const seconds = Math.max(1, Math.ceil(this.#expectedSeconds()));
    return new RefusedRequestError(
      `The model is busy, and ${this.#waiting.length} requests wait for it, which is the most: try again in ${seconds} s.`,
      { status: 503, code: 'queue_full', headers: { 'Retry-After': String(seconds) } },
    );
  }
}

function stopping(): RefusedRequestError {
  return new RefusedRequestError('The server is stopping, and takes no more requests.', {
    status: 503,
    code: 'stopping',
    headers: { 'Retry-After': '1' },
  });
}
