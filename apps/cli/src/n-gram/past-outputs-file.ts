import { access, constants, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  CacheWriteError,
  decodePastOutputs,
  encodePastOutputs,
  InvalidArgumentError,
  markVocabulary,
  type PastOutputs,
  type Tokenizer,
  type VocabularyMark,
  VocabularyMismatchError,
} from '@foretoken/core';
import { note } from '../output/lines.js';

/** Tokens that a store keeps: 1 MiB on disk. */
const mostTokens = 262_144;

/** A file of past outputs, read. */
export interface PastOutputsFile {
  /** Token ids, oldest first, as they were when it was opened. */
  readonly texts: readonly (readonly number[])[];
  /**
   * Adds an output and replaces the file; the oldest outputs make room.
   *
   * @throws CacheWriteError where it cannot be written.
   */
  add(tokens: readonly number[]): Promise<void>;
}

/**
 * Reads the file where there is one. One that is broken or of another version is begun anew, with a warning.
 *
 * @throws InvalidArgumentError where it is there but cannot be read or is something else; CacheWriteError where its
 *   folder is missing or cannot be written to; VocabularyMismatchError where it was made with another vocabulary.
 */
export async function openPastOutputs(file: string, tokenizer: Tokenizer): Promise<PastOutputsFile> {
  await requireWritableFolder(file);
  const vocabulary = markVocabulary(tokenizer);
  const bytes = await readIfThere(file);
  const texts = bytes === undefined ? [] : readTexts(file, bytes, vocabulary);
  let kept = texts;
  return {
    texts,
    async add(tokens) {
      const added = encodePastOutputs({ vocabulary, texts: [...kept, tokens] }, mostTokens);
      await replaceFile(file, added);
      // What had to make room is gone here too.
      kept = readTexts(file, added, vocabulary);
    },
  };
}

function readTexts(file: string, bytes: Uint8Array, vocabulary: VocabularyMark): PastOutputs['texts'] {
  const reading = decodePastOutputs(bytes);
  if (reading.kind === 'unreadable') {
    if (reading.reason === 'not past outputs') {
      throw new InvalidArgumentError(
        `${file} is no store of past outputs, and would be overwritten: give --n-gram-store another file.`,
      );
    }
    const problem = reading.reason === 'another version' ? 'of another version' : reading.reason;
    note(`Warning: the n-gram store ${file} is ${problem}. It is begun anew.`);
    return [];
  }
  const { size, checksum } = reading.outputs.vocabulary;
  if (size !== vocabulary.size || checksum !== vocabulary.checksum) {
    throw new VocabularyMismatchError(
      `${file} holds outputs of another vocabulary (${size} tokens, the target has ${vocabulary.size}): give --n-gram-store another file for this model.`,
    );
  }
  return reading.outputs.texts;
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new InvalidArgumentError(
      `The n-gram store ${file} cannot be read (${code}): give --n-gram-store a file, which need not exist.`,
      { cause: error },
    );
  }
}

/** Said before a generation, not after it. */
async function requireWritableFolder(file: string): Promise<void> {
  try {
    // The separator makes a file in the folder's place an error.
    await access(path.dirname(file) + path.sep, constants.W_OK);
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** Writes the file: complete, or not at all. */
async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.part`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw unwritable(file, error);
  }
}

function unwritable(file: string, cause: unknown): CacheWriteError {
  const { code } = cause as NodeJS.ErrnoException;
  return new CacheWriteError(
    `The n-gram store ${file} cannot be written (${code}): give --n-gram-store a file in a folder that exists and is writable.`,
    { cause },
  );
}
