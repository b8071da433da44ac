import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { InvalidModelFileError } from '@foretoken/core';
import { type GgufFile, readGguf, readJson, readSafetensors } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { describeMachine } from '@foretoken/planner';
import { backendNames, loadModel } from '../engines/backends.js';
import { modelFile } from '../options/model-file.js';
import { printJson, printLine } from '../output/lines.js';

export function infoCommand() {
  return new Command('info')
    .description('Describe a model file, or this machine and the engines that load on it.')
    .argument('[file]', 'a GGUF or safetensors file, a Hugging Face folder, or a pulled model')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExamples:\n  foretoken info\n  foretoken info model.gguf --json')
    .action(async (file, options) => {
      const description = file === undefined ? await describeSetup() : await describeFile(modelFile(file));
      if (options.json === true) printJson(description);
      else printTree(description, '');
    });
}

type Description = { readonly [key: string]: unknown };
type Scalar = string | number | bigint | boolean | null;

async function describeSetup(): Promise<Description> {
  const engines: Record<string, unknown> = {};
  for (const name of backendNames) {
    try {
      const model = await loadModel(name, tinyModels.draft, { threads: 1, maximumSequences: 1 });
      engines[name] = { loads: true, engine: model.capabilities.engine, device: model.capabilities.device };
      await model.close();
    } catch (error) {
      engines[name] = { loads: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }
  return { machine: describeMachine(), engines, onnxProviders: await describeProviders() };
}

/** ONNX Runtime's execution providers: which load, and why the others do not. */
async function describeProviders(): Promise<Description> {
  const { listProviders } = await import('@foretoken/onnx-backend');
  try {
    const providers = await listProviders();
    return Object.fromEntries(
      providers.map(({ name, loads, reason }) => [name, loads ? { loads } : { loads, reason }]),
    );
  } catch (error) {
    return { reason: (error as Error).message };
  }
}

async function describeFile(file: string): Promise<Description> {
  const isFolder = (await stat(file).catch(() => undefined))?.isDirectory() === true;
  if (isFolder) return describeFolder(file);
  return file.endsWith('.safetensors')
    ? describeSafetensors(file, [file])
    : describeGguf(await readGguf(file));
}

/** A Hugging Face folder: a configuration, and the weights in one file or several. */
async function describeFolder(folder: string): Promise<Description> {
  // Other files hold the same weights in another layout, or adapters.
  const files = (await readdir(folder)).filter((name) => /^model(-\d{5}-of-\d{5})?\.safetensors$/.test(name));
  const configuration = path.join(folder, 'config.json');
  if (files.length === 0 || !existsSync(configuration)) {
    throw new InvalidModelFileError(
      `${folder} is no model: a folder has a config.json, and model.safetensors or its shards. Name a GGUF file by its path.`,
    );
  }
  const config = await readJson(configuration);
  return {
    ...(await describeSafetensors(
      folder,
      files.toSorted().map((name) => path.join(folder, name)),
    )),
    architecture: config['model_type'],
    context: config['max_position_embeddings'],
    layers: config['num_hidden_layers'],
    width: config['hidden_size'],
    heads: config['num_attention_heads'],
    keyValueHeads: config['num_key_value_heads'],
    feedForwardWidth: config['intermediate_size'],
    vocabulary: config['vocab_size'],
  };
}

async function describeSafetensors(name: string, paths: readonly string[]): Promise<Description> {
  const files = await Promise.all(paths.map((file) => readSafetensors(file)));
  const tensors = files.flatMap((file) => [...file.tensors.values()]);
  return {
    file: name,
    container: 'safetensors',
    bytes: sum(files.map(({ byteLength }) => byteLength)),
    parameters: parametersOf(tensors),
    tensors: tensors.length,
    formats: countFormats(tensors.map(({ dtype, byteLength }) => [dtype, byteLength])),
    metadata: files[0]?.metadata,
  };
}

function describeGguf(file: GgufFile): Description {
  const { metadata, tensors } = file;
  const architecture = String(metadata.get('general.architecture') ?? 'unknown');
  const hyperparameter = (key: string): unknown => metadata.get(`${architecture}.${key}`);
  const tokens = metadata.get('tokenizer.ggml.tokens');
  return {
    file: file.path,
    container: `GGUF ${file.version}`,
    name: metadata.get('general.name'),
    architecture,
    bytes: file.byteLength,
    parameters: parametersOf([...tensors.values()]),
    context: hyperparameter('context_length'),
    layers: hyperparameter('block_count'),
    width: hyperparameter('embedding_length'),
    heads: hyperparameter('attention.head_count'),
    keyValueHeads: hyperparameter('attention.head_count_kv'),
    feedForwardWidth: hyperparameter('feed_forward_length'),
    vocabulary: Array.isArray(tokens) ? tokens.length : undefined,
    tokenizer: metadata.get('tokenizer.ggml.model'),
    tensors: tensors.size,
    formats: countFormats([...tensors.values()].map(({ type, byteLength }) => [type.name, byteLength])),
  };
}

function parametersOf(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return sum(tensors.map(({ shape }) => shape.reduce((product, length) => product * length, 1)));
}

function countFormats(entries: readonly (readonly [format: string, bytes: number])[]): Description {
  const formats: Record<string, { tensors: number; bytes: number }> = {};
  for (const [format, bytes] of entries) {
    const known = formats[format] ?? { tensors: 0, bytes: 0 };
    formats[format] = { tensors: known.tensors + 1, bytes: known.bytes + bytes };
  }
  return formats;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function printTree(description: Description, indent: string): void {
  for (const [key, value] of Object.entries(description)) {
    if (value === undefined) continue;
    if (typeof value === 'object' && value !== null) {
      printLine(`${indent}${key}:`);
      printTree(value instanceof Map ? Object.fromEntries(value) : (value as Description), `${indent}  `);
    } else {
      printLine(
        `${indent}${key}: ${typeof value === 'number' ? value.toLocaleString('en-US') : String(value as Scalar)}`,
      );
    }
  }
}
