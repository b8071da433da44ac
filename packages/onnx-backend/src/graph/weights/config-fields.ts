import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';

/** Typed access to a JSON object, with errors that name the field. */
export class ConfigFields {
  readonly path: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(path: string, values: Readonly<Record<string, unknown>>) {
    this.path = path;
    this.#values = values;
  }

  value(key: string): unknown {
    return this.#values[key] ?? undefined;
  }

  whole(key: string, fallback?: number): number {
    const value = this.value(key) ?? fallback;
    if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
    throw new InvalidModelFileError(
      `${this.path}: ${key} is ${JSON.stringify(value)}, not a whole number above 0.`,
    );
  }

  positive(key: string, fallback?: number): number {
    const value = this.value(key) ?? fallback;
    if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
    throw new InvalidModelFileError(
      `${this.path}: ${key} is ${JSON.stringify(value)}, not a number above 0.`,
    );
  }

  optionalPositive(key: string): number | undefined {
    return this.value(key) === undefined ? undefined : this.positive(key);
  }

  optionalWhole(key: string): number | undefined {
    return this.value(key) === undefined ? undefined : this.whole(key);
  }

  object(key: string, fallback: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
    const value = this.value(key) ?? fallback;
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new InvalidModelFileError(`${this.path}: ${key} is ${JSON.stringify(value)}, not an object.`);
  }

  /** @throws UnsupportedError where the field is there and has none of these values. */
  refuseOtherThan(key: string, ...expected: readonly unknown[]): void {
    const value = this.value(key);
    if (value !== undefined && !expected.includes(value)) {
      throw new UnsupportedError(
        `${this.path}: ${key} is ${JSON.stringify(value)}; supported: ${expected.map((one) => JSON.stringify(one)).join(' and ')}.`,
      );
    }
  }
}
