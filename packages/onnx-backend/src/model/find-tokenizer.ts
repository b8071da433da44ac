import { stat } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError, type Tokenizer } from '@foretoken/core';
import { ggufTokenizer, loadTokenizer, readGguf } from '@foretoken/models';
import { readJson } from '../graph/weights/read-json.js';

/**
 * The tokenizer of a GGUF file, of a folder with tokenizer.json, or of a tokenizer.json.
 *
 * @throws InvalidModelFileError, UnsupportedError, InvalidArgumentError.
 */
export async function findTokenizer(source: string): Promise<Tokenizer> {
  if (/\.gguf$/i.test(source)) return ggufTokenizer(await readGguf(source));
  const file = (await isFolder(source)) ? path.join(source, 'tokenizer.json') : source;
  if (!(await exists(file))) {
    throw new InvalidArgumentError(
      `There is no tokenizer at ${file}: name a GGUF file or a tokenizer.json with the option tokenizer.`,
    );
  }
  const endTokens = await readEndTokens(path.dirname(file));
  return { ...(await loadTokenizer(file)), endTokens };
}

/** Both files may name them, one or several; the one for generation knows best. */
async function readEndTokens(folder: string): Promise<number[]> {
  for (const name of ['generation_config.json', 'config.json']) {
    const file = path.join(folder, name);
    if (!(await exists(file))) continue;
    const { eos_token_id: tokens } = await readJson(file);
    const list: unknown[] = Array.isArray(tokens) ? tokens : [tokens];
    const known = list.filter((token): token is number => Number.isSafeInteger(token));
    if (known.length > 0) return known;
  }
  return [];
}

async function isFolder(source: string): Promise<boolean> {
  return (await stat(source).catch(() => undefined))?.isDirectory() ?? false;
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}
