import { readFile } from 'node:fs/promises';
import { InvalidModelFileError } from '@foretoken/core';
import { isObject } from './is-object.js';

/** A JSON object from a file. @throws InvalidModelFileError */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new InvalidModelFileError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidModelFileError(`${path} is not JSON: ${String(error)}.`, { cause: error });
  }
  if (!isObject(value)) throw new InvalidModelFileError(`${path} is not a JSON object.`);
  return value;
}
