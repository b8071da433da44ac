import { readFile } from 'node:fs/promises';
import { InvalidModelFileError } from '@foretoken/core';

/** A JSON object from a file. @throws InvalidModelFileError. */
export async function readJson(path: string): Promise<Readonly<Record<string, unknown>>> {
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
    throw new InvalidModelFileError(`${path} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new InvalidModelFileError(`${path} is not a JSON object.`);
}
