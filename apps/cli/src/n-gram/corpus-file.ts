import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from '@foretoken/core';

/** @throws InvalidArgumentError where the file cannot be read, is empty, or is not text in UTF-8. */
export async function readCorpus(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidArgumentError(
      `The corpus ${file} cannot be read (${code}): give --corpus a text file.`,
      {
        cause: error,
      },
    );
  }
  if (bytes.length === 0) {
    throw new InvalidArgumentError(
      `The corpus ${file} is empty: give --corpus a file with text, or leave it out.`,
    );
  }
  const zero = bytes.indexOf(0);
  if (zero >= 0) throw notText(file, `byte ${zero} is 0`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw notText(file, 'it is not UTF-8', error);
  }
}

function notText(file: string, problem: string, cause?: unknown): InvalidArgumentError {
  return new InvalidArgumentError(
    `The corpus ${file} is not text (${problem}): give --corpus text files in UTF-8.`,
    { cause },
  );
}
