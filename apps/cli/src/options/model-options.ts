import { Option } from '@commander-js/extra-typings';
import {
  type Drafter,
  createInputCopyDrafter,
  createNGramDrafter,
  createPromptLookupDrafter,
  createStringMatchDrafter,
  createTokenIntersectionDrafter,
  type HeadModel,
  InvalidArgumentError,
  type LanguageModel,
} from '@foretoken/core';
import { kvTypes, type KvType } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { backendNames, type EngineSelection, loadModel } from '../engines/backends.js';
import { readCorpus } from '../n-gram/corpus-file.js';
import { openPastOutputs, type PastOutputsFile } from '../n-gram/past-outputs-file.js';
import type { NGramSelection } from './n-gram-options.js';
import { withoutModel } from './draft-names.js';
import { createDrafter, type DraftTree } from './draft-tree.js';
import {
  assertEmbeddedTarget,
  createHeadDrafter,
  headNames,
  isHeadName,
  openHead,
} from '../engines/heads.js';
import { draftModel } from './draft-model.js';
import { wholeNumber } from './numbers.js';
import { readText } from './prompt-input.js';

/** Drafting with a model of another vocabulary than the target's, by name. */
const foreignDrafts = { tli: createTokenIntersectionDrafter, slem: createStringMatchDrafter } as const;
type ForeignDraft = keyof typeof foreignDrafts;

const withoutDraftModel: ReadonlySet<string> = new Set(['none', ...withoutModel, ...headNames]);

const devices = ['cpu', 'cuda'] as const;
const accesses = ['native', 'stock'] as const;

/** The options that say which models run, and where. */
export const modelOptions = {
  model: new Option('-m, --model <file>', 'target model: a GGUF file, or "embedded"').default('embedded'),
  draft: new Option(
    '-d, --draft <file>',
    `what drafts: a GGUF file, "embedded", "early-exit:N" (the target's first N layers), "skip-layers:A,B,..." (the target without these), "prompt-lookup", "n-gram", "input-copy", a head of the embedded target (${headNames.join(', ')}), or "none"; default: the embedded draft for the embedded target, else none`,
  ),
  source: new Option(
    '--source <file>',
    'the text that the output edits, for --draft input-copy; default: the prompt',
  ),
  backend: new Option('--backend <name>', 'engine of the target').choices(backendNames).default('llamacpp'),
  draftBackend: new Option('--draft-backend <name>', "engine of the draft; default: the target's").choices(
    backendNames,
  ),
  foreignDraft: new Option(
    '--foreign-draft <way>',
    'draft with a model of another vocabulary: by the tokens that both have (tli), or by the text (slem)',
  ).choices(Object.keys(foreignDrafts) as ForeignDraft[]),
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

export interface ModelSelection extends EngineFlags, NGramSelection {
  readonly model: string;
  readonly draft?: string | undefined;
  readonly source?: string | undefined;
  readonly backend: string;
  readonly draftBackend?: string | undefined;
  readonly foreignDraft?: ForeignDraft | undefined;
  readonly tree?: DraftTree | undefined;
}

/** The models of one command, opened. */
export interface OpenModels {
  readonly target: LanguageModel;
  readonly draft: LanguageModel | undefined;
  readonly drafter: Drafter | undefined;
  /** Where the output is kept for later runs, if anywhere. */
  readonly pastOutputs: PastOutputsFile | undefined;
  close(): Promise<void>;
}

/** Sequences alive at once: the generation's own, and one for measuring beside it. */
export const sequencesPerModel = 2;

/** Loads the target, and the draft where one is asked for; closes what is open where one fails. */
export async function openModels(selection: ModelSelection, signal?: AbortSignal): Promise<OpenModels> {
  const options = engineSelection(selection, signal);
  const { foreignDraft } = selection;
  const draftName = selection.draft ?? (selection.model === 'embedded' ? 'embedded' : 'none');
  if (selection.source !== undefined && draftName !== 'input-copy') {
    throw new InvalidArgumentError('--source is what --draft input-copy copies from: give both.');
  }
  const source = selection.source === undefined ? undefined : await readText(selection.source);
  const { corpus = [], nGramStore } = selection;
  if (draftName !== 'n-gram' && (corpus.length > 0 || nGramStore !== undefined)) {
    throw new InvalidArgumentError(
      '--corpus and --n-gram-store are for n-gram drafting: add --draft n-gram, or leave them out.',
    );
  }
  const corpora = await Promise.all(corpus.map(readCorpus));
  if (foreignDraft !== undefined && withoutDraftModel.has(draftName)) {
    throw new InvalidArgumentError('--foreign-draft says how a draft model is used: name one with --draft.');
  }
  if (selection.tree !== undefined && (foreignDraft !== undefined || withoutDraftModel.has(draftName))) {
    throw new InvalidArgumentError(
      '--tree needs a draft model of the target\'s vocabulary: give --draft a GGUF file or "embedded".',
    );
  }
  if (isHeadName(draftName)) assertEmbeddedTarget(draftName, selection.model);
  const targetFile = modelPath(selection.model, tinyModels.target);
  const { file: draftFile, ...draftLayers } = draftModel(draftName, targetFile);
  const target = await loadModel(selection.backend, targetFile, options);
  let draft: LanguageModel | undefined;
  let head: HeadModel | undefined;
  try {
    let drafter: Drafter | undefined;
    let pastOutputs: PastOutputsFile | undefined;
    if (draftName === 'prompt-lookup') drafter = createPromptLookupDrafter();
    else if (draftName === 'input-copy') {
      drafter = createInputCopyDrafter({
        source: source === undefined ? undefined : target.tokenizer.encode(source),
      });
    } else if (draftName === 'n-gram') {
      pastOutputs =
        nGramStore === undefined ? undefined : await openPastOutputs(nGramStore, target.tokenizer);
      const texts = corpora.map((text) => target.tokenizer.encode(text));
      drafter = createNGramDrafter({ corpora: [...texts, ...(pastOutputs?.texts ?? [])] });
    } else if (isHeadName(draftName)) {
      head = await openHead(draftName, selection, signal);
      drafter = createHeadDrafter(head, target);
    } else if (draftName !== 'none') {
      draft = await loadModel(selection.draftBackend ?? selection.backend, draftFile, {
        ...options,
        ...draftLayers,
      });
      drafter =
        foreignDraft === undefined
          ? await createDrafter(selection.tree, target, draft, signal)
          : foreignDrafts[foreignDraft]({ model: draft, target });
    }
    const close = async (): Promise<void> => {
      await drafter?.close();
      await draft?.close();
      await head?.close();
      await target.close();
    };
    return { target, draft, drafter, pastOutputs, close };
  } catch (error) {
    await draft?.close();
    await head?.close();
    await target.close();
    throw error;
  }
}

/** What an engine is asked for by a command's options. */
export function engineSelection(flags: EngineFlags, signal: AbortSignal | undefined): EngineSelection {
  const { threads, context: contextLength, gpuLayers, kvType, device, access } = flags;
  return {
    threads,
    contextLength,
    gpuLayers,
    kvType,
    device,
    access,
    maximumSequences: sequencesPerModel,
    signal,
  };
}

/** A model's file: the embedded one by its name. */
export function modelPath(name: string, embedded: string): string {
  return name === 'embedded' ? embedded : name;
}
