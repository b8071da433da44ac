import { isDeepStrictEqual } from 'node:util';
import { draftsFromText, drafterLabel } from '../pipeline/drafter-label.js';
import type { Pipeline, PipelineDrafter } from '../pipeline/pipeline-schema.js';
import { type AcceptanceData, acceptanceData } from '../prediction/acceptance-data.js';
import { headPassCostsOf } from '../prediction/pass-cost-at.js';
import { type RoundCosts, roundCostsOf } from '../prediction/round-costs.js';
import { estimatedRoundEnergy, measuredRoundEnergy, type RoundEnergy } from '../prediction/round-energy.js';
import type {
  AcceptanceEntry,
  MemoryEntry,
  ModelConfiguration,
  Profile,
  RoundsInTextsEntry,
  TreeAcceptanceEntry,
} from '../profile/profile-schema.js';
import { bindModels, type BoundModel, isAsFile, type PipelineModels } from './bind-models.js';
import { knownTrees } from './known-trees.js';
import type { Candidate, Program, TargetChoice } from './program.js';
import { sameSampling } from './same-sampling.js';

/**
 * Everything that a pipeline could be in the light of a profile: each drafter in each pair of configurations whose costs
 * are known. What cannot be told of a drafter is noted.
 *
 * @throws PlanningError where the profile does not hold the target.
 */
export function createProgram(asked: Pipeline, models: PipelineModels, profile: Profile): Program {
  const bound = bindModels(asked, models, profile);
  const configurations = allConfigurations(profile);
  // An estimate is never weighed against a measurement: where a meter read the target, what it did not read stays unknown.
  const isMetered = configurations.some(
    (one) => one.model === bound.target.id && measuredRoundEnergy(profile, one, null) !== undefined,
  );
  const pipeline = isMetered ? { ...asked, powerModel: undefined } : asked;
  const targets = configurations
    .filter(({ model }) => model === bound.target.id)
    .flatMap((configuration) => targetChoice(pipeline, profile, configuration));
  const candidates: Candidate[] = [];
  const unmeasured: { label: string; reason: string }[] = [];
  for (const [index, drafter] of pipeline.drafters.entries()) {
    const label = drafterLabel(drafter);
    const model = bound.drafters[index];
    const ids =
      drafter.kind === 'early-exit' || drafter.kind === 'skip-layers'
        ? [`${bound.target.id}, ${label}`]
        : model && [model.id];
    const found = candidatesOf(pipeline, profile, {
      drafter,
      label,
      ids,
      model: model ?? bound.target,
      targets,
      configurations,
    });
    if (typeof found === 'string') unmeasured.push({ label, reason: found });
    else candidates.push(...found);
  }
  return {
    pipeline,
    unusedPowerModel: isMetered ? asked.powerModel?.name : undefined,
    models: bound,
    targets,
    candidates,
    unmeasured,
    isOtherTarget: false,
    isRequantised: false,
    rule: undefined,
    drafters: undefined,
    dropped: [],
    alternatives: [],
    combination: 'single',
    noSpeculation: undefined,
    fallback: [],
  };
}

/** Every configuration that something was measured in, each once. */
function allConfigurations({ passCosts, roundCosts, memory }: Profile): ModelConfiguration[] {
  const all = [
    ...passCosts.map(({ configuration }) => configuration),
    ...roundCosts.flatMap(({ target, draft }) => (draft === null ? [target] : [target, draft])),
    ...memory.map(({ configuration }) => configuration),
  ];
  return all.filter(
    (configuration, index) => all.findIndex((other) => isDeepStrictEqual(other, configuration)) === index,
  );
}

function targetChoice(
  pipeline: Pipeline,
  profile: Profile,
  configuration: ModelConfiguration,
): TargetChoice[] {
  const measured = profile.roundCosts.filter(({ target }) => isDeepStrictEqual(target, configuration));
  const [first] = measured;
  const costs =
    roundCostsOf(profile, { target: configuration, draft: null, measured }) ??
    (first && roundCostsOf(profile, { target: configuration, draft: first.draft, measured }));
  if (costs === undefined) return [];
  const energy = energyOf(pipeline, profile, { target: configuration, draft: null, costs, isHead: false });
  return [{ configuration, costs, energy, memoryBytes: memoryOf(profile, configuration) }];
}

/** Of a tree that is one pass with the token before it. */
const mostNodes = 63;

interface DrafterSearch {
  readonly drafter: PipelineDrafter;
  readonly label: string;
  /** What the profile may call its model; undefined: it does not hold it, or there is none. */
  readonly ids: readonly string[] | undefined;
  /** Whose file it drafts with, where a model drafts. */
  readonly model: BoundModel;
  readonly targets: readonly TargetChoice[];
  readonly configurations: readonly ModelConfiguration[];
}

/** The candidates of a drafter, at least one, or what is missing. */
function candidatesOf(pipeline: Pipeline, profile: Profile, search: DrafterSearch): Candidate[] | string {
  const { drafter, label, ids, model, targets, configurations } = search;
  const hasModel = draftsWithModel(drafter);
  if (hasModel && ids === undefined) return 'its model is not in the profile';
  if ('tree' in drafter && !isProfiledTree(drafter))
    return `profiles tell of trees of fixed shape with at most ${mostNodes} nodes, and not of ${drafter.tree}`;
  if (drafter.kind === 'draft-model' && drafter.stage !== undefined)
    return 'foretoken profile measures no drafter in stages';
  const measuredDrafts = configurations.filter((one) => ids?.includes(one.model) === true);
  const drafts = hasModel ? measuredDrafts : [null];
  const isOfDrafter = (entry: {
    readonly drafter: string;
    readonly draft: ModelConfiguration | null;
  }): boolean =>
    (hasModel ? ids?.includes(entry.draft?.model ?? '') === true : entry.draft === null) &&
    isNameOf(drafter, entry.drafter);
  const isOfSampling = ({ sampling }: Pick<AcceptanceEntry, 'sampling'>): boolean =>
    sameSampling(sampling, pipeline.sampling);
  // The host's work differs with the settings: those of others stand in where there are none.
  const rounds = profile.roundCosts.filter(isOfDrafter);
  const measured = [...rounds.filter(isOfSampling), ...rounds.filter((entry) => !isOfSampling(entry))];
  const ofSampling = profile.acceptance.filter(isOfDrafter);
  const entries = ofSampling.filter(isOfSampling);
  if (ofSampling.length > 0 && entries.length === 0) {
    const settings = new Set(ofSampling.map(({ sampling }) => JSON.stringify(sampling)));
    return `its acceptance was measured with other sampling settings (${[...settings].join(', ')})`;
  }
  const ofTrees = (target: ModelConfiguration, draft: ModelConfiguration | null): TreeAcceptanceEntry[] =>
    profile.treeAcceptance.filter(
      (entry) =>
        isOfDrafter(entry) &&
        isOfSampling(entry) &&
        sameFormats(entry.target, target) &&
        sameFormats(entry.draft, draft),
    );
  // Of several sets of prompts the one with the most rounds.
  const measuredInTexts = (profile.roundsInTexts ?? [])
    .filter((entry) => isOfDrafter(entry) && isOfSampling(entry))
    .toSorted((left, right) => draftingRounds(right) - draftingRounds(left));
  const measuredTrees = (profile.treeRounds ?? []).filter(
    (entry) => isOfDrafter(entry) && isOfSampling(entry),
  );
  const candidates: Candidate[] = [];
  const head = drafter.kind === 'head' ? drafter.head : undefined;
  for (const target of targets) {
    for (const draft of drafts) {
      const isLayers = drafter.kind === 'early-exit' || drafter.kind === 'skip-layers';
      if (isLayers && draft?.weightFormat !== target.configuration.weightFormat) continue;
      // A command has one number of layers on a GPU for both.
      const { engine, gpuLayers } = target.configuration;
      if (draft?.engine === engine && draft.gpuLayers !== gpuLayers) continue;
      const acceptance = acceptanceOf(entries, drafter, target.configuration, draft);
      const costs = roundCostsOf(profile, {
        target: target.configuration,
        draft,
        head,
        measured,
        measuredInTexts,
        measuredTrees,
      });
      if (acceptance.size === 0 || costs === undefined) continue;
      // Without whole rounds, a head's cost is known where its own passes were measured.
      const { source } = costs;
      const isKnown = head === undefined || source === 'rounds' || hasPasses(profile, head, target);
      if (!isKnown) continue;
      candidates.push({
        drafter,
        label,
        target,
        draft,
        requantised: draft !== null && !isAsFile(model, measuredDrafts, draft),
        costs,
        acceptance,
        energy: energyOf(pipeline, profile, {
          target: target.configuration,
          draft,
          costs,
          isHead: drafter.kind === 'head',
        }),
        draftMemoryBytes: draftMemoryOf(profile, drafter, draft),
        trees: knownTrees(drafter, profile, target.configuration, ofTrees(target.configuration, draft)),
      });
    }
  }
  if (candidates.length > 0) return candidates;
  return entries.length === 0 ? 'its acceptance was not measured' : 'what its rounds cost was not measured';
}

function draftingRounds({ drafting }: RoundsInTextsEntry): number {
  return drafting.slice(1).reduce((sum, { rounds }) => sum + rounds, 0);
}

function hasPasses(profile: Profile, head: string, { configuration }: TargetChoice): boolean {
  return headPassCostsOf(profile, head, configuration) !== undefined;
}

function draftsWithModel(drafter: PipelineDrafter): boolean {
  return drafter.kind !== 'head' && !draftsFromText(drafter);
}

/** Whether a profile's name of a drafter is of such a one; the model is compared elsewhere. */
function isNameOf(drafter: PipelineDrafter, name: string): boolean {
  if (drafter.kind === 'head') return name === drafter.head;
  if (draftsFromText(drafter)) return name === drafter.kind;
  // As drafters of another vocabulary, staged and combined ones call themselves.
  const vocabulary = (drafter.kind === 'draft-model' ? drafter.vocabulary : undefined) ?? 'same';
  if (vocabulary !== 'same') return name.endsWith(` (${vocabulary})`);
  return !/ (after|or|and) | \((tli|slem)\)$/.test(name);
}

function sameFormats(left: ModelConfiguration | null, right: ModelConfiguration | null): boolean {
  return (
    left?.model === right?.model &&
    left?.weightFormat === right?.weightFormat &&
    left?.cacheType === right?.cacheType
  );
}

/** Of the forms that `--tree` takes, those that a profile tells of. */
function isProfiledTree({ tree }: { readonly tree?: string | undefined }): boolean {
  if (tree === undefined || tree === 'auto') return true;
  if (!/^[1-9]\d?(,[1-9]\d?)*$/.test(tree)) return false;
  let [nodes, level] = [0, 1];
  for (const width of tree.split(',')) {
    level *= Number(width);
    nodes += level;
  }
  return nodes <= mostNodes;
}

/** By rule, of the same formats of weights and cache; threads and engine decide nothing here. Of several the one with the most counts. */
function acceptanceOf(
  entries: readonly AcceptanceEntry[],
  drafter: PipelineDrafter,
  target: ModelConfiguration,
  draft: ModelConfiguration | null,
): Map<string, AcceptanceData> {
  const isText = draftsFromText(drafter);
  const known = entries
    .filter((entry) => sameFormats(entry.target, target) && sameFormats(entry.draft, draft))
    .filter(({ positions }) => isText || positions.length > 0)
    .map((entry) => ({ entry, data: acceptanceData(entry, isText) }))
    .filter(({ data }) => data.rounds > 0);
  // What tells most comes last: the most rounds, but of copies, which longer drafts take in fewer rounds, more texts first.
  const ordered = known.toSorted(
    (left, right) =>
      (isText
        ? left.entry.promptsUsed - right.entry.promptsUsed || left.entry.draftLength - right.entry.draftLength
        : 0) || left.data.rounds - right.data.rounds,
  );
  return new Map(ordered.map(({ entry, data }) => [entry.rule, data]));
}

/** Measured, else estimated where the pipeline asks for that. */
function energyOf(
  { powerModel }: Pipeline,
  profile: Profile,
  {
    target,
    draft,
    costs,
    isHead,
  }: {
    readonly target: ModelConfiguration;
    readonly draft: ModelConfiguration | null;
    readonly costs: RoundCosts;
    readonly isHead: boolean;
  },
): RoundEnergy | undefined {
  // The passes of a head have no meter's readings.
  const measured = isHead ? undefined : measuredRoundEnergy(profile, target, draft);
  if (measured !== undefined || powerModel === undefined) return measured;
  const threads = [target, ...(draft === null ? [] : [draft])].map(
    (one) => one.threads ?? profile.machine.cores,
  );
  return estimatedRoundEnergy(powerModel, costs, Math.max(...threads));
}

/** Bytes that a model or a head takes beside the target; what copies text takes none worth naming. */
function draftMemoryOf(
  profile: Profile,
  drafter: PipelineDrafter,
  draft: ModelConfiguration | null,
): number | undefined {
  if (draft !== null) return memoryOf(profile, draft);
  if (drafter.kind !== 'head') return 0;
  const entry = profile.headMemory?.find(({ head }) => head === drafter.head);
  return entry && sumOf(entry.measured);
}

/** Bytes that a model takes, of the configuration, or of one that differs in threads alone. */
function memoryOf({ memory }: Profile, configuration: ModelConfiguration): number | undefined {
  const withoutThreads = (one: ModelConfiguration): unknown => ({ ...one, threads: null });
  const entry =
    memory.find((one) => isDeepStrictEqual(one.configuration, configuration)) ??
    memory.find((one) => isDeepStrictEqual(withoutThreads(one.configuration), withoutThreads(configuration)));
  return entry && sumOf(entry.measured);
}

function sumOf({ weights, cache, buffers }: MemoryEntry['measured']): number {
  return weights + cache + buffers;
}
