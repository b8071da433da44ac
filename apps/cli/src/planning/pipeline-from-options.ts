import path from 'node:path';
import { InvalidArgumentError } from '@foretoken/core';
import {
  type Objective,
  parsePipeline,
  type Pipeline,
  type PipelineDrafter,
  type Profile,
} from '@foretoken/planner';
import { headNames, isHeadName } from '../engines/heads.js';
import { checkDraftSelection } from '../options/check-draft-selection.js';
import { withoutModel } from '../options/draft-names.js';
import { isTextPart } from '../options/draft-parts.js';
import { modelFile } from '../options/model-file.js';
import type { ModelSelection } from '../options/model-options.js';
import { namedTarget } from './model-names.js';

export interface PipelineFlags extends Omit<ModelSelection, 'backend' | 'combine'> {
  readonly combine?: Pipeline['combination'];
  readonly backend?: string | undefined;
  readonly rule?: string | undefined;
  readonly temperature: number;
  readonly topK?: number | undefined;
  readonly topP?: number | undefined;
  readonly minP?: number | undefined;
  readonly objective?: Objective | undefined;
  readonly memoryLimit?: number | undefined;
  readonly sequences?: number | undefined;
  readonly targetFormats?: readonly string[] | undefined;
  readonly targetCacheTypes?: readonly string[] | undefined;
  readonly seedContract?: Pipeline['seedContract'];
  readonly powerModel?: Pipeline['powerModel'];
}

/** How engines begin their names. */
export const enginePrefixes: Readonly<Record<string, string>> = {
  llamacpp: 'llama.cpp',
  onnx: 'ONNX Runtime',
};

/**
 * The pipeline that a line of flags is short for. Without `--draft` it has every drafter that was profiled and needs no
 * file beside the target's.
 *
 * @throws InvalidArgumentError, PipelineFileError for flags that contradict each other.
 */
export function pipelineFromOptions(flags: PipelineFlags, profile: Profile): Pipeline {
  const { model, draft, temperature, topK, topP, minP, backend, threads } = flags;
  if (draft === undefined) requireNoDrafterFlags(flags);
  const drafters =
    draft === undefined
      ? profiledDrafters(model, profile)
      : checkDraftSelection({ ...flags, combine: undefined, backend: backend ?? 'llamacpp' }).map((part) =>
          drafterOf(part, flags),
        );
  const limits: Pipeline['limits'] = {
    memoryBytes: flags.memoryLimit,
    contextTokens: flags.context,
    sequences: flags.sequences,
    threads,
    engines: backend === undefined ? undefined : [enginePrefixes[backend] as string],
  };
  const pipeline: Pipeline = {
    format: 'foretoken-pipeline',
    version: 1,
    target: {
      model,
      formats: flags.targetFormats && [...flags.targetFormats],
      cacheTypes: flags.targetCacheTypes && [...flags.targetCacheTypes],
    },
    drafters,
    combination: flags.combine,
    rule: flags.rule,
    seedContract: flags.seedContract,
    sampling: { temperature, topK, topP, minP },
    limits,
    objective: flags.objective,
    powerModel: flags.powerModel,
  };
  // What flags say is held to the same rules as a file.
  return parsePipeline(JSON.stringify(pipeline), 'the command line');
}

/** What is said of a drafter that is not named would be left out without a word. */
function requireNoDrafterFlags({
  stage,
  source,
  corpus,
  nGramStore,
  tree,
  foreignDraft,
}: PipelineFlags): void {
  const given = {
    '--stage': stage,
    '--source': source,
    '--corpus': corpus,
    '--n-gram-store': nGramStore,
    '--tree': tree,
    '--foreign-draft': foreignDraft,
  };
  for (const [option, value] of Object.entries(given)) {
    if (value !== undefined)
      throw new InvalidArgumentError(`${option} says how a drafter drafts: name it with --draft.`);
  }
}

function drafterOf(part: string, flags: PipelineFlags): PipelineDrafter {
  const tree = flags.tree?.text;
  if (isHeadName(part)) return { kind: 'head', head: part, tree };
  if (isTextPart(part)) {
    if (part === 'n-gram')
      return { kind: 'n-gram', corpora: absolute(flags.corpus), store: absoluteFile(flags.nGramStore) };
    return part === 'input-copy'
      ? { kind: 'input-copy', source: absoluteFile(flags.source) }
      : { kind: part };
  }
  const [, kind, layers = ''] = /^(early-exit|skip-layers):(.*)$/.exec(part) ?? [];
  if (kind === 'early-exit') return { kind, layers: Number(layers) };
  if (kind === 'skip-layers') return { kind, layers: layers.split(',').map(Number) };
  return {
    kind: 'draft-model',
    model: part === 'embedded' ? part : modelFile(part, '.'),
    vocabulary: flags.foreignDraft,
    stage: flags.stage,
    tree,
  };
}

function profiledDrafters(model: string, profile: Profile): PipelineDrafter[] {
  const entries = entriesOf(model, profile);
  const has = (drafter: string): boolean =>
    entries.some((entry) => entry.draft === null && entry.drafter === drafter);
  return [
    ...draftsOf(model, profile).flatMap((draft) => withoutFile(draft) ?? []),
    ...headNames.filter(has).map((head): PipelineDrafter => ({ kind: 'head', head })),
    ...withoutModel.filter(has).map((kind): PipelineDrafter => ({ kind })),
  ];
}

/** Draft models of a profile with files of their own, which are planned only where they are named. */
export function draftFiles(model: string, profile: Profile): string[] {
  return draftsOf(model, profile).filter((draft) => withoutFile(draft) === undefined);
}

function entriesOf(model: string, { acceptance }: Profile): Profile['acceptance'] {
  const target = namedTarget(model).name;
  return acceptance.filter((entry) => entry.target.model === target);
}

/** The models that drafted for a target, as the profile calls them. */
function draftsOf(model: string, profile: Profile): string[] {
  return [...new Set(entriesOf(model, profile).flatMap(({ draft }) => draft?.model ?? []))];
}

/** What drafts with the embedded draft model or the target's own layers; undefined for a model with a file of its own. */
function withoutFile(draft: string): PipelineDrafter | undefined {
  if (draft === 'embedded draft') return { kind: 'draft-model', model: 'embedded' };
  const [, layers] = /, early-exit:(\d+)$/.exec(draft) ?? [];
  if (layers !== undefined) return { kind: 'early-exit', layers: Number(layers) };
  const [, skipped] = /, skip-layers:([\d,]+)$/.exec(draft) ?? [];
  return skipped === undefined ? undefined : { kind: 'skip-layers', layers: skipped.split(',').map(Number) };
}

function absolute(files: readonly string[] | undefined): string[] | undefined {
  return files?.map((file) => path.resolve(file));
}

function absoluteFile(file: string | undefined): string | undefined {
  return file === undefined ? undefined : path.resolve(file);
}
