import { InvalidModelFileError } from '@foretoken/core';
import type { GgufFile, GgufValue } from '../gguf/gguf-file.js';

/** Typed access to a model's metadata and shapes, with errors that name the key. */
export class MetadataCheck {
  readonly file: GgufFile;

  constructor(file: GgufFile) {
    this.file = file;
  }

  fail(problem: string): InvalidModelFileError {
    return new InvalidModelFileError(
      `${this.file.path}: ${problem}. llama.cpp cannot run such a model: get the file again.`,
    );
  }

  text(key: string): string {
    const value = this.#required(key);
    if (typeof value !== 'string') throw this.fail(`${key} is not a text`);
    return value;
  }

  optionalText(key: string): string | undefined {
    return this.file.metadata.has(key) ? this.text(key) : undefined;
  }

  whole(key: string, least: number, most: number): number {
    const value = this.#required(key);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw this.fail(`${key} is ${String(value)}, not a whole number from ${least} to ${most}`);
    }
    return value;
  }

  optionalWhole(key: string): number | undefined {
    return this.file.metadata.has(key) ? this.whole(key, 0, 2 ** 31 - 1) : undefined;
  }

  /** The largest of a number for every layer, or the one for all; 0 where there is none. */
  largest(key: string): number {
    const value = this.file.metadata.get(key);
    if (!Array.isArray(value)) return this.optionalWhole(key) ?? 0;
    return value.reduce((most: number, entry: unknown) => {
      if (typeof entry !== 'number' || !Number.isInteger(entry) || entry < 0) {
        throw this.fail(`${key} holds ${String(entry)}`);
      }
      return Math.max(most, entry);
    }, 0);
  }

  positive(key: string): number {
    const value = this.#required(key);
    if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) {
      throw this.fail(`${key} is ${String(value)}, not a number above 0`);
    }
    return value;
  }

  optionalPositive(key: string): number | undefined {
    return this.file.metadata.has(key) ? this.positive(key) : undefined;
  }

  strings(key: string): readonly string[] {
    const value = this.#required(key);
    if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
      throw this.fail(`${key} is not a list of texts`);
    }
    return value as readonly string[];
  }

  optionalArray(key: string): readonly unknown[] | undefined {
    const value = this.file.metadata.get(key);
    if (value !== undefined && !Array.isArray(value)) throw this.fail(`${key} is not a list`);
    return value as readonly unknown[] | undefined;
  }

  shape(name: string, expected: readonly number[]): void {
    const tensor = this.file.tensors.get(name);
    if (tensor === undefined) throw this.fail(`the tensor ${name} is missing`);
    if (tensor.shape.join(' x ') !== expected.join(' x ')) {
      throw this.fail(`${name} is ${tensor.shape.join(' x ')}, not ${expected.join(' x ')}`);
    }
  }

  #required(key: string): GgufValue {
    const value = this.file.metadata.get(key);
    if (value === undefined) throw this.fail(`the metadata has no ${key}`);
    return value;
  }
}
