const marker = Symbol.for('foretoken.error');

/**
 * Base of every error that Foretoken throws on purpose. The message says what was wrong, where, and
 * what to do. Recognise it with `ForetokenError.isInstance`, which works across duplicate installs.
 */
export class ForetokenError extends Error {
  override readonly name: string = 'ForetokenError';

  static {
    Object.defineProperty(this.prototype, marker, { value: true });
  }

  static isInstance(value: unknown): value is ForetokenError {
    return typeof value === 'object' && value !== null && marker in value;
  }
}
