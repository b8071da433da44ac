import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { InvalidModelFileError } from '@foretoken/core';
import type { GgufFile } from '../gguf/gguf-file.js';
import { readGguf } from '../gguf/read-gguf.js';
import { isObject } from '../is-object.js';
import { readJson } from '../read-json.js';
import type { ChatTemplateText } from './chat-template.js';

/** What a model says of conversations; many say nothing. */
export type ModelChatTemplate = Omit<ChatTemplateText, 'template'> & {
  /** Undefined where the model brings none: it continues text, and answers no messages. */
  readonly template: string | undefined;
};

type Json = Readonly<Record<string, unknown>>;

const configName = 'tokenizer_config.json';
/** The template among several that is for chats; the others are for tools and the like. */
const chatName = 'default';

/**
 * The chat template that comes with a model: in a GGUF file's metadata, or beside the weights as Hugging Face keeps it
 * (chat_template.jinja, chat_template.json or tokenizer_config.json).
 *
 * @param source a GGUF file, a model's folder, or a graph (.onnx) in it.
 * @throws InvalidModelFileError where it cannot be read, or is of no kind that is known.
 */
export async function readChatTemplate(source: string): Promise<ModelChatTemplate> {
  if (await isFolder(source)) return ofFolder(source);
  if (!/\.onnx$/i.test(source)) return ofGguf(await readGguf(source));
  const folder = path.dirname(source);
  // An export lies in onnx/, what is known of it above.
  return ofFolder(path.basename(folder) === 'onnx' ? path.dirname(folder) : folder);
}

function ofGguf({ path: where, metadata }: GgufFile): ModelChatTemplate {
  const template = metadata.get('tokenizer.chat_template');
  const tokens = metadata.get('tokenizer.ggml.tokens');
  const textOf = (key: string): string | undefined => {
    const id = metadata.get(key);
    const text = Array.isArray(tokens) && typeof id === 'number' ? tokens[id] : undefined;
    return typeof text === 'string' ? text : undefined;
  };
  return {
    template: readTemplate(template, `${where}: tokenizer.chat_template`),
    where,
    beginText: textOf('tokenizer.ggml.bos_token_id'),
    endText: textOf('tokenizer.ggml.eos_token_id'),
  };
}

async function ofFolder(folder: string): Promise<ModelChatTemplate> {
  const names = new Set(await readdir(folder));
  const json = async (name: string): Promise<Json> =>
    names.has(name) ? readJson(path.join(folder, name)) : {};
  const config = await json(configName);
  const special = { beginText: tokenText(config['bos_token']), endText: tokenText(config['eos_token']) };
  if (names.has('chat_template.jinja')) {
    const where = path.join(folder, 'chat_template.jinja');
    return { template: await readFile(where, 'utf8'), where, ...special };
  }
  const own = (await json('chat_template.json'))['chat_template'];
  const where = path.join(folder, own === undefined ? configName : 'chat_template.json');
  return { template: readTemplate(own ?? config['chat_template'], where), where, ...special };
}

/** @param value a template, or several by name. */
function readTemplate(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  const named = Array.isArray(value) ? value.filter(isObject) : [];
  const chat = named.find(({ name }) => name === chatName)?.['template'];
  if (typeof chat === 'string') return chat;
  throw new InvalidModelFileError(
    `${where} is no chat template: it is neither a text nor a list with one of the name "${chatName}".`,
  );
}

/** A token as tokenizer_config.json writes it: its text, or an object with that. */
function tokenText(token: unknown): string | undefined {
  const text = isObject(token) ? token['content'] : token;
  return typeof text === 'string' ? text : undefined;
}

async function isFolder(source: string): Promise<boolean> {
  return (await stat(source).catch(() => undefined))?.isDirectory() ?? false;
}
