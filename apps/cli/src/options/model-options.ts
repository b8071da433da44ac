import { Option } from '@commander-js/extra-typings';
import {
  type Drafter,
  createModelDrafter,
  createPromptLookupDrafter,
  type LanguageModel,
} from '@foretoken/core';
import { kvTypes, type KvType } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { backendByName, backendNames } from '../engines/backends.js';
import { wholeNumber } from './numbers.js';

/** The options that say which models run, and where. */
export const modelOptions = {
  model: new Option('-m, --model <file>', 'target model: a GGUF file, or "embedded"').default('embedded'),
  draft: new Option(
    '-d, --draft <file>',
    'what drafts: a GGUF file, "embedded", "prompt-lookup", or "none"; default: the embedded draft for the embedded target, else none',
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
  gpuLayers: new Option('--gpu-layers <n>', 'layers on the GPU')
    .argParser(wholeNumber('--gpu-layers', 0))
    .default(0),
  kvType: new Option('--kv-type <type>', 'format of the key-value cache')
    .choices(Object.keys(kvTypes) as KvType[])
    .default('f16' as KvType),
} as const;

export interface ModelSelection {
  readonly model: string;
  readonly draft?: string | undefined;
  readonly backend: string;
  readonly draftBackend?: string | undefined;
  readonly threads?: number | undefined;
  readonly context?: number | undefined;
  readonly gpuLayers: number;
  readonly kvType: KvType;
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
  const options = {
    threads: selection.threads,
    contextLength: selection.context,
    gpuLayers: selection.gpuLayers,
    kvType: selection.kvType,
    maximumSequences,
    signal,
  };
  const backend = await backendByName(selection.backend);
  const draftName = selection.draft ?? (selection.model === 'embedded' ? 'embedded' : 'none');
  const target = await backend.loadModel(modelPath(selection.model, tinyModels.target), options);
  let draft: LanguageModel | undefined;
  try {
    let drafter: Drafter | undefined;
    if (draftName === 'prompt-lookup') drafter = createPromptLookupDrafter();
    else if (draftName !== 'none') {
      const draftBackend = await backendByName(selection.draftBackend ?? selection.backend);
      draft = await draftBackend.loadModel(modelPath(draftName, tinyModels.draft), options);
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

/** The path of a model by what an option says. */
export function modelPath(name: string, embedded: string): string {
  return name === 'embedded' ? embedded : name;
}
