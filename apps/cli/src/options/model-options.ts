import { Option } from '@commander-js/extra-typings';
import {
  type Drafter,
  createInputCopyDrafter,
  createModelDrafter,
  createPromptLookupDrafter,
  InvalidArgumentError,
  type LanguageModel,
} from '@foretoken/core';
import { kvTypes, type KvType } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { backendNames, type EngineSelection, loadModel } from '../engines/backends.js';
import { draftModel } from './draft-model.js';
import { wholeNumber } from './numbers.js';
import { readText } from './prompt-input.js';

const devices = ['cpu', 'cuda'] as const;
const accesses = ['native', 'stock'] as const;

/** The options that say which models run, and where. */
export const modelOptions = {
  model: new Option('-m, --model <file>', 'target model: a GGUF file, or "embedded"').default('embedded'),
  draft: new Option(
    '-d, --draft <file>',
    `what drafts: a GGUF file, "embedded", "early-exit:N" (the target's first N layers), "skip-layers:A,B,..." (the target without these), "prompt-lookup", "input-copy", or "none"; default: the embedded draft for the embedded target, else none`,
  ),
  source: new Option(
    '--source <file>',
    'the text that the output edits, for --draft input-copy; default: the prompt',
  ),
  backend: new Option('--backend <name>', 'engine of the target').choices(backendNames).default('llamacpp'),
  draftBackend: new Option('--draft-backend <name>', "engine of the draft; default: the target's").choices(
    backendNames,
  ),
  threads: new Option('--threads <n>', 'CPU threads; default: measured').argParser(
    wholeNumber('--threads', 1),
  ),
  context: new Option('--context <tokens>', "context length; default: the model's, at most 4096").argParser(
    wholeNumber('--context', 1),
  ),
  gpuLayers: new Option('--gpu-layers <n>', 'layers on the GPU, of llamacpp; default: none').argParser(
    wholeNumber('--gpu-layers', 0),
  ),
  kvType: new Option(
    '--kv-type <type>',
    'format of the key-value cache; default: f16 on llamacpp, f32 on onnx',
  ).choices(Object.keys(kvTypes) as KvType[]),
  device: new Option('--device <name>', 'where onnx computes; default: cpu').choices(devices),
  access: new Option(
    '--access <path>',
    "how onnx is reached: the C API (native) or onnxruntime-node's own (stock); default: native where it loads",
  ).choices(accesses),
} as const;

/** The options of `modelOptions` that say how an engine loads a model, whichever it is. */
export interface EngineFlags {
  readonly threads?: number | undefined;
  readonly context?: number | undefined;
  readonly gpuLayers?: number | undefined;
  readonly kvType?: KvType | undefined;
  readonly device?: EngineSelection['device'];
  readonly access?: EngineSelection['access'];
}

export interface ModelSelection extends EngineFlags {
  readonly model: string;
  readonly draft?: string | undefined;
  readonly source?: string | undefined;
  readonly backend: string;
  readonly draftBackend?: string | undefined;
}

/** The models of one command, opened. */
export interface OpenModels {
  readonly target: LanguageModel;
  readonly draft: LanguageModel | undefined;
  readonly drafter: Drafter | undefined;
  close(): Promise<void>;
}

/** Sequences alive at once: the generation's own, and one for measuring beside it. */
const maximumSequences = 2;

/** Loads the target, and the draft where one is asked for; closes what is open where one fails. */
export async function openModels(selection: ModelSelection, signal?: AbortSignal): Promise<OpenModels> {
  const options = engineSelection(selection, signal);
  const draftName = selection.draft ?? (selection.model === 'embedded' ? 'embedded' : 'none');
  if (selection.source !== undefined && draftName !== 'input-copy') {
    throw new InvalidArgumentError('--source is what --draft input-copy copies from: give both.');
  }
  const source = selection.source === undefined ? undefined : await readText(selection.source);
  const targetFile = modelPath(selection.model, tinyModels.target);
  const { file: draftFile, ...draftLayers } = draftModel(draftName, targetFile);
  const target = await loadModel(selection.backend, targetFile, options);
  let draft: LanguageModel | undefined;
  try {
    let drafter: Drafter | undefined;
    if (draftName === 'prompt-lookup') drafter = createPromptLookupDrafter();
    else if (draftName === 'input-copy') {
      drafter = createInputCopyDrafter({
        source: source === undefined ? undefined : target.tokenizer.encode(source),
      });
    } else if (draftName !== 'none') {
      draft = await loadModel(selection.draftBackend ?? selection.backend, draftFile, {
        ...options,
        ...draftLayers,
      });
      drafter = createModelDrafter({ model: draft, target });
    }
    const close = async (): Promise<void> => {
      await drafter?.close();
      await draft?.close();
      await target.close();
    };
    return { target, draft, drafter, close };
  } catch (error) {
    await draft?.close();
    await target.close();
    throw error;
  }
}

/** What an engine is asked for by a command's options. */
export function engineSelection(flags: EngineFlags, signal: AbortSignal | undefined): EngineSelection {
  const { threads, context: contextLength, gpuLayers, kvType, device, access } = flags;
  return { threads, contextLength, gpuLayers, kvType, device, access, maximumSequences, signal };
}

/** A model's file: the embedded one by its name. */
export function modelPath(name: string, embedded: string): string {
  return name === 'embedded' ? embedded : name;
}
