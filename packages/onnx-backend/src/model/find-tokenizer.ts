import { stat } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError, type Tokenizer, UnsupportedError } from '@foretoken/core';
import {
  type GgufFile,
  ggufTokenizer,
  jsonTokenizer,
  loadTokenizer,
  readGguf,
  readJson,
} from '@foretoken/models';
import { beginTokenOf, endTokensOf } from './special-tokens.js';

/**
 * The tokenizer of a GGUF file, of a folder with tokenizer.json, or of a tokenizer.json. Where a GGUF file's own is of
 * a kind that is not read here, a tokenizer.json beside it takes its place.
 *
 * @param source a path, or a GGUF file that was read.
 * @throws InvalidModelFileError, UnsupportedError, InvalidArgumentError.
 */
export async function findTokenizer(source: string | GgufFile): Promise<Tokenizer> {
  if (typeof source !== 'string') return ofGguf(source);
  if (/\.gguf$/i.test(source)) return ofGguf(await readGguf(source));
  const isFolder = (await stat(source).catch(() => undefined))?.isDirectory() ?? false;
  const file = isFolder ? path.join(source, 'tokenizer.json') : source;
  if (!(await exists(file))) {
    throw new InvalidArgumentError(
      `There is no tokenizer at ${file}: name a GGUF file or a tokenizer.json with the option tokenizer.`,
    );
  }
  return ofJson(file);
}

async function ofGguf(file: GgufFile): Promise<Tokenizer> {
  try {
    return ggufTokenizer(file);
  } catch (error) {
    const beside = path.join(path.dirname(file.path), 'tokenizer.json');
    if (!(error instanceof UnsupportedError)) throw error;
    if (!(await exists(beside))) {
      throw new UnsupportedError(
        `${error.message} Put the model's tokenizer.json beside the file, or name it with the option tokenizer.`,
        { cause: error },
      );
    }
    const tokens = file.metadata.get('tokenizer.ggml.tokens');
    const count = Array.isArray(tokens) ? tokens.length : 0;
    // Converters write 4294967295 for none.
    const token = (name: string): unknown => {
      const id = file.metadata.get(`tokenizer.ggml.${name}_token_id`);
      return typeof id === 'number' && id < count ? id : undefined;
    };
    return ofJson(beside, { bos_token_id: token('bos'), eos_token_id: token('eos') });
  }
}

/** @param known says what the configurations beside the file do not. */
async function ofJson(file: string, known: Readonly<Record<string, unknown>> = {}): Promise<Tokenizer> {
  const companions = ['generation_config.json', 'config.json'].map((name) =>
    readCompanion(path.join(path.dirname(file), name)),
  );
  const configs = [...(await Promise.all(companions)), known];
  const [beginToken, endTokens] = [beginTokenOf(configs), endTokensOf(configs)];
  try {
    // Equal to llama.cpp's, where it is of that kind.
    return { ...(await loadTokenizer(file, { beginToken })), endTokens };
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return jsonTokenizer(file, await readJson(file), { beginToken, endTokens });
  }
}

async function readCompanion(file: string): Promise<Readonly<Record<string, unknown>>> {
  return (await exists(file)) ? readJson(file) : {};
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}
