import { createFixedShape, InvalidArgumentError, type LearningDraftLengthOptions } from '@foretoken/core';
import type { KvType } from '@foretoken/llamacpp-backend';
import type { Plan, PlannedDrafter } from '@foretoken/planner';
import { tinyModels } from '@foretoken/tiny-models';
import { draftKvType } from '../engines/kv-types.js';
import { withoutModel } from '../options/draft-names.js';
import { isTextPart } from '../options/draft-parts.js';
import type { DraftTree } from '../options/draft-tree.js';
import type { ModelSelection } from '../options/model-options.js';
import { enginePrefixes } from './pipeline-from-options.js';

/** What a plan has opened, with these of its drafters; none: plain decoding. */
export function planSelection(plan: Plan, drafters: readonly PlannedDrafter[]): ModelSelection {
  const { configuration } = plan.target;
  const { engine, threads, device, contextLength, gpuLayers } = configuration;
  const backend = backendOf(engine);
  const withModel = drafters.find(({ draft }) => draft !== null);
  const draft = withModel?.draft ?? undefined;
  const described = drafters.map(({ drafter }) => drafter);
  const model = described.find((drafter) => drafter.kind === 'draft-model');
  const nGram = described.find((drafter) => drafter.kind === 'n-gram');
  const inputCopy = described.find((drafter) => drafter.kind === 'input-copy');
  return {
    model: embeddedOr(fileOf(plan, plan.target.model), tinyModels.target),
    draft: drafters.length === 0 ? 'none' : drafters.map((drafter) => partOf(plan, drafter)).join('+'),
    combine: drafters.length > 1 ? 'estimate' : undefined,
    known: drafters.map(knownOf),
    stage: model?.stage,
    tree: treeOf(drafters),
    foreignDraft: model?.vocabulary === 'same' ? undefined : model?.vocabulary,
    corpus: nGram?.corpora,
    nGramStore: nGram?.store,
    source: inputCopy?.source,
    weightFormat: (plan.target.requantised ?? plan.target.isOther) ? configuration.weightFormat : undefined,
    draftWeightFormat: withModel?.requantised === true ? draft?.weightFormat : undefined,
    kvType: configuration.cacheType as KvType | undefined,
    draftKvType: draft && draftKvType(configuration.cacheType, draft.cacheType, backendOf(draft.engine)),
    backend,
    draftBackend: draft && backendOf(draft.engine),
    gpuLayers,
    threads: threads ?? undefined,
    draftThreads: draft?.threads ?? undefined,
    context: contextLength,
    device: backend === 'onnx' && device === 'cuda' ? 'cuda' : undefined,
    access: engine.includes('(JavaScript API)') ? 'stock' : undefined,
  };
}

/** What the controller of one drafter begins with. */
export function knownOf({
  drafter,
  table,
  roundCosts,
  priorAcceptance,
}: PlannedDrafter): LearningDraftLengthOptions {
  const lengths = table?.lengths.filter((length) => length > 0) ?? [];
  const known = { lengths: lengths.length > 0 ? lengths : undefined, roundCosts, priorAcceptance };
  // How far a copy goes is judged anew every time, within what the plan has costs of. A model's limit is its own.
  return isTextPart(drafter.kind) ? { ...known, maximumLength: roundCosts.lengths.at(-1) || 1 } : known;
}

/** The trees that a model drafts; undefined: none does. */
function treeOf(drafters: readonly PlannedDrafter[]): DraftTree | undefined {
  const parents = drafters.find(({ tree }) => tree !== undefined)?.tree?.parents;
  return (
    parents && {
      text: 'as planned',
      kind: { kind: 'chosen', chooser: createFixedShape({ parents }) },
      nodes: parents.length,
    }
  );
}

/** As `--draft` names it. */
function partOf(plan: Plan, { drafter, draft }: PlannedDrafter): string {
  switch (drafter.kind) {
    case 'draft-model':
      return embeddedOr(fileOf(plan, draft?.model ?? ''), tinyModels.draft);
    case 'early-exit':
      return `early-exit:${drafter.layers}`;
    case 'skip-layers':
      return `skip-layers:${drafter.layers.join(',')}`;
    case 'head':
      return drafter.head;
    case 'prompt-lookup':
    case 'n-gram':
    case 'input-copy':
      return withoutModel.find((name) => name === drafter.kind) as string;
  }
}

function fileOf({ models }: Plan, id: string): string {
  return (models[id] as Plan['models'][string]).file;
}

/** Heads draft for the embedded target by its name. */
function embeddedOr(file: string, embedded: string): string {
  return file === embedded ? 'embedded' : file;
}

function backendOf(engine: string): string {
  const found = Object.entries(enginePrefixes).find(([, prefix]) => engine.startsWith(prefix));
  if (found === undefined) {
    throw new InvalidArgumentError(
      `The plan runs on ${engine}, which is none of this command's engines: ${Object.values(enginePrefixes).join(', ')}.`,
    );
  }
  return found[0];
}
