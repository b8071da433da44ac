import { Option } from '@commander-js/extra-typings';
import type { DrafterCombination, LanguageModel, LearningDraftLengthOptions } from '@foretoken/core';
import { kvTypes, type KvType } from '@foretoken/llamacpp-backend';
import { backendNames, type EngineSelection } from '../engines/backends.js';
import { headNames } from '../engines/heads.js';
import { withoutModel } from './draft-names.js';
import type { TextPart } from './draft-parts.js';
import type { DraftTree } from './draft-tree.js';
import { type ForeignDraft, foreignDraftNames } from './foreign-draft.js';
import { modelFile } from './model-file.js';
import type { NGramSelection } from './n-gram-options.js';
import { wholeNumber } from './numbers.js';

const combinations = ['priority', 'estimate', 'merge'] as const satisfies readonly DrafterCombination[];

const devices = ['cpu', 'cuda'] as const;
const accesses = ['native', 'stock'] as const;

/** The options that say which models run, and where. */
export const modelOptions = {
  model: new Option(
    '-m, --model <file>',
    'target model: a GGUF file, a pulled model as owner/model:Q4_K_M, or "embedded"',
  ).default('embedded'),
  draft: new Option(
    '-d, --draft <file>',
    `what drafts: a GGUF file, a pulled model, "embedded", "early-exit:N" (the target's first N layers), "skip-layers:A,B,..." (the target without these), "prompt-lookup", "n-gram", "input-copy", a head of the embedded target (${headNames.join(', ')}), several joined by "+", or "none"; default: the embedded draft for the embedded target, else none`,
  ),
  combine: new Option(
    '--combine <way>',
    'with several drafters: in every round the one that promises most (estimate), the first that proposes something (priority), or all in one tree (merge); default: estimate',
  ).choices(combinations),
  stage: new Option(
    '--stage <name>',
    "what guesses the draft model's own tokens, which it then checks several at a time",
  ).choices(withoutModel),
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
  ).choices(foreignDraftNames),
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
  /** Format to bring the target's weights into, and the draft model's; undefined: as the files have them. */
  readonly weightFormat?: string | undefined;
  readonly draftWeightFormat?: string | undefined;
  readonly backend: string;
  readonly draftBackend?: string | undefined;
  /** Undefined: as the target's. */
  readonly draftThreads?: number | undefined;
  /** Undefined: as the target's. */
  readonly draftKvType?: KvType | undefined;
  readonly foreignDraft?: ForeignDraft | undefined;
  readonly tree?: DraftTree | undefined;
  readonly combine?: DrafterCombination | undefined;
  /** Of each drafter by `estimate`, as it is named, what was measured before. */
  readonly known?: readonly LearningDraftLengthOptions[] | undefined;
  readonly stage?: TextPart | undefined;
  /** Models that stay open beside these, and keep their memory. */
  readonly beside?: readonly LanguageModel[] | undefined;
  /** Nats up to which the draft model answers alone. */
  readonly route?: number | undefined;
}

/** Sequences alive at once: the generation's own, and one for measuring beside it. */
const sequencesPerModel = 2;

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

/** A model's file: the embedded one and pulled ones by their names. */
export function modelPath(name: string, embedded: string): string {
  return name === 'embedded' ? embedded : modelFile(name);
}
