import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { InvalidArgumentError as UsageError } from '@commander-js/extra-typings';
import type { LanguageModel } from '@foretoken/core';
import {
  kvTypes,
  type KvType,
  type QuantizationFormat,
  quantizationFormats,
  quantizeModel,
} from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { backendNames, type EngineSelection, loadModel } from '../engines/backends.js';
import { modelPath } from './model-options.js';

/** A target as the command line names it: a file, a pulled model or `embedded`, then options after commas. */
export interface TargetSpec {
  /** As it was written. */
  readonly text: string;
  /** Its path. */
  readonly file: string;
  readonly backend: string;
  /** Weight format to requantise to, once, in a temporary folder; undefined: the file's own. */
  readonly format: QuantizationFormat | undefined;
  /** Undefined: the engine's own choice. */
  readonly kvType: KvType | undefined;
}

export const targetSpecHelp =
  'FILE, a pulled model or "embedded", then after commas: backend=NAME, kv=TYPE, format=FORMAT (requantised on the spot)';

/**
 * Parses `model.gguf,backend=onnx,kv=q8_0,format=Q4_0`.
 *
 * @throws UsageError; as `modelFile` for a model that was not pulled.
 */
export function parseTargetSpec(text: string): TargetSpec {
  const [file = '', ...settings] = text.split(',').map((part) => part.trim());
  if (file === '') throw new UsageError(`A target is ${targetSpecHelp}.`);
  const values = new Map<string, string>();
  for (const setting of settings) {
    const [key = '', value = ''] = setting.split('=');
    const choices = choicesOf[key];
    if (choices === undefined) {
      throw new UsageError(
        `${text}: there is no setting "${key}". The settings are ${Object.keys(choicesOf).join(', ')}.`,
      );
    }
    if (!choices.includes(value)) {
      throw new UsageError(`${text}: ${key} is one of ${choices.join(', ')}, not "${value}".`);
    }
    values.set(key, value);
  }
  return {
    text,
    file: modelPath(file, tinyModels.target),
    backend: values.get('backend') ?? 'llamacpp',
    format: values.get('format') as QuantizationFormat | undefined,
    kvType: values.get('kv') as KvType | undefined,
  };
}

const choicesOf: Readonly<Record<string, readonly string[]>> = {
  backend: backendNames,
  kv: Object.keys(kvTypes),
  format: Object.keys(quantizationFormats),
};

/** Opens a target, requantised first where its spec says so. */
export async function openTarget(spec: TargetSpec, options: EngineSelection): Promise<LanguageModel> {
  const { file } = spec;
  const load = (source: string): Promise<LanguageModel> =>
    loadModel(spec.backend, source, { ...options, kvType: spec.kvType });
  if (spec.format === undefined) return load(file);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-'));
  try {
    const requantised = path.join(folder, `${path.basename(file, '.gguf')}-${spec.format}.gguf`);
    await quantizeModel(file, requantised, { format: spec.format, pure: true });
    return await load(requantised);
  } finally {
    // A loaded file may be removed: the engine has it mapped or read.
    await rm(folder, { recursive: true, force: true });
  }
}
