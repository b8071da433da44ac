import { stat } from 'node:fs/promises';
import {
  createEagleDrafter,
  createModelTreeDrafter,
  type Drafter,
  type DraftTreeKind,
  InvalidArgumentError,
  type SamplingSettings,
} from '@foretoken/core';
import { type EnergyMeters, metersOf } from '../energy/energy-meter.js';
import type { PowerModel } from '../energy/estimate-energy.js';
import { ProfileFileError } from '../errors/profile-file-error.js';
import { ProfileMismatchError } from '../errors/profile-mismatch-error.js';
import { checkProfile } from '../profile/parse-profile.js';
import { hashModelFile } from '../profile/hash-model-file.js';
import { type Profile, type ProfileMachine, profileVersion } from '../profile/profile-schema.js';
import { readProfile } from '../profile/read-profile.js';
import { writeProfile } from '../profile/write-profile.js';
import type { ProfiledHead } from './profiled-head.js';
import type { ProfiledModel } from './profiled-model.js';
import type { ProfileStep } from './profile-step.js';
import { steadyClock } from './steady-clock.js';
import { acceptanceStep } from './steps/acceptance-step.js';
import { energyStep } from './steps/energy-step.js';
import { headPassesStep } from './steps/head-passes-step.js';
import { headMemoryStep, memoryStep } from './steps/memory-step.js';
import { passCostsStep } from './steps/pass-costs-step.js';
import { typicalContext } from './steps/prompt-run.js';
import { roundCostsStep } from './steps/round-costs-step.js';
import { roundsInTextsStep } from './steps/rounds-in-texts-step.js';
import { treeAcceptanceStep, type TreePair } from './steps/tree-acceptance-step.js';
import { treePassesStep } from './steps/tree-passes-step.js';
import { treeRoundsStep } from './steps/tree-rounds-step.js';

export interface ProfileSetupOptions {
  /** The profile's file. What it holds of this setup already is kept, and not measured again. */
  readonly output: string;
  readonly target: ProfiledModel;
  /** The drafter's model, where it has one. */
  readonly draft?: ProfiledModel | undefined;
  /** The head that the drafter drafts with, where it has one: asked for its trees and its memory alone. */
  readonly head?: ProfiledHead | undefined;
  /** Without one only passes, memory and energy are measured. It drafts chains. */
  readonly drafter?: Drafter | undefined;
  /** Token ids of prompts on which acceptance is measured, in this order, as far as the budget goes. */
  readonly prompts: readonly (readonly number[])[];
  /** Default: temperature 1. At temperature 0 every token that a model drafts has the probability 1. */
  readonly sampling?: SamplingSettings | undefined;
  /** Verification rule of chains; default `block`. */
  readonly rule?: string | undefined;
  /** Tokens drafted a round where acceptance is measured; default 8, of what copies text 15. */
  readonly draftLength?: number | undefined;
  /**
   * Measures draft trees too, where the target reads trees: what their passes cost, and acceptance by rank under this rule,
   * with trees that `draft`, of the target's vocabulary, or else `head` makes, if it attends. Default: chains only.
   */
  readonly treeRule?: string | undefined;
  /** Tokens in the cache under the passes that are measured; default [64, 512]. */
  readonly contextTokens?: readonly number[] | undefined;
  readonly machine: ProfileMachine;
  /** Versions of the packages that measure, by name. */
  readonly libraries: Readonly<Record<string, string>>;
  /** Opened by `openEnergyMeters`; the caller closes them. */
  readonly energy: EnergyMeters;
  /** Where given, estimates are noted beside the readings of meters, in a list of their own. */
  readonly powerModel?: PowerModel | undefined;
  /** Seconds of measuring, > 0, after which nothing more is begun. */
  readonly budget: number;
  /** Milliseconds. Where it goes back no time has passed; a reading of energy during that is refused. */
  readonly clock: () => number;
  /** Aborting it ends the measuring; what was measured is kept. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ProfileProgress) => void) | undefined;
}

export interface ProfileProgress {
  /** What is measured now. */
  readonly step: string;
  /** 0 to 1. */
  readonly fraction: number;
  readonly secondsLeft: number;
}

export interface ProfileSetupResult {
  readonly profile: Profile;
  /** Steps that were measured now. */
  readonly measured: readonly string[];
  /** Steps that the file held already. */
  readonly kept: readonly string[];
  /** Steps for which no time was left, or that are not complete: running again measures them. */
  readonly left: readonly string[];
  readonly interrupted: boolean;
}

/**
 * Measures what a setup costs and gains on this machine, and writes it to a profile file after every step, so that the
 * file is whole or absent at any time: memory, pass costs, round costs, acceptance with host costs, rounds in texts, trees,
 * energy.
 *
 * @throws ProfileMismatchError where the file is of another machine, other versions, or another model of the same name;
 *   ProfileFileError where it is broken or cannot be written, or a measurement cannot be; InvalidArgumentError for options that cannot work; errors
 *   of engine and drafter as they come. What was measured before is in the file.
 */
export async function profileSetup(options: ProfileSetupOptions): Promise<ProfileSetupResult> {
  const { output, signal, budget } = options;
  const clock = steadyClock(options.clock);
  const isAborted = (): boolean => signal?.aborted === true;
  checkOptions(options);
  const profile = await openProfile(options);
  const steps = createSteps({ ...options, clock }, options.clock);
  const kept = steps.filter((step) => step.isDone(profile));
  const open = steps.filter((step) => !kept.includes(step));
  const measured: ProfileStep[] = [];
  const start = clock();
  const secondsLeft = (): number => Math.max(0, budget - (clock() - start) / 1000);
  for (const [index, step] of open.entries()) {
    if (isAborted()) break;
    if (step.weight > 0 && secondsLeft() === 0) continue;
    const fraction = Math.min(1, 1 - secondsLeft() / budget);
    options.onProgress?.({ step: step.name, fraction, secondsLeft: secondsLeft() });
    const weights = open.slice(index).reduce((sum, { weight }) => sum + weight, 0);
    const share = weights === 0 ? 0 : step.weight / weights;
    try {
      await step.measure(profile, 1000 * secondsLeft() * share, signal);
    } catch (error) {
      if (isAborted()) break;
      throw error;
    }
    const { problems } = checkProfile(profile);
    if (problems.length > 0) {
      throw new ProfileFileError(
        `${step.name}: what was measured cannot be (${problems[0]}), and is not kept. ${output} is as it was before: run again.`,
        { file: output },
      );
    }
    await writeProfile(output, profile);
    measured.push(step);
  }
  await writeProfile(output, profile);
  return {
    profile,
    measured: measured.map(({ name }) => name),
    kept: kept.map(({ name }) => name),
    left: steps.filter((step) => !step.isDone(profile)).map(({ name }) => name),
    interrupted: isAborted(),
  };
}

function checkOptions({
  target,
  draft,
  budget,
  draftLength = 1,
  contextTokens = [],
}: ProfileSetupOptions): void {
  if (!(budget > 0 && budget < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError(`The budget must be seconds above 0, not ${budget}.`);
  for (const [title, value] of [
    ['draftLength', draftLength] as const,
    ...contextTokens.map((tokens) => ['contextTokens', tokens] as const),
  ]) {
    if (!Number.isInteger(value) || value < 1)
      throw new InvalidArgumentError(`${title} must be whole numbers of at least 1, not ${value}.`);
  }
  if (draft?.id === target.id)
    throw new InvalidArgumentError(`Target and draft have the same id "${target.id}": give each its own.`);
}

/** The profile to go on with: what the file holds, or an empty one. */
async function openProfile(options: ProfileSetupOptions): Promise<Profile> {
  const { output, machine, energy, target, draft, head, signal } = options;
  const libraries = { ...options.libraries };
  const models: Profile['models'] = {};
  const heads = head === undefined ? [] : [{ id: head.model.name, file: head.file }];
  for (const { id, file } of [target, ...(draft === undefined ? [] : [draft]), ...heads])
    models[id] = await hashModelFile(file, signal);
  const profile = (await exists(output))
    ? await readExisting(output, { machine, libraries, models })
    : emptyProfile(machine, libraries);
  for (const one of draft === undefined ? [target] : [target, draft]) {
    const known = profile.models[one.id]?.ownFormats ?? [];
    const loaded = one.weightFormat === undefined ? [one.model.capabilities.weightFormat] : [];
    const entry = models[one.id] as Profile['models'][string];
    models[one.id] = { ...entry, ownFormats: [...new Set([...known, ...loaded])] };
  }
  profile.models = { ...profile.models, ...models };
  profile.energy.meters = [
    ...new Set([...profile.energy.meters, ...energy.meters.map(({ name }) => name)]),
  ].toSorted();
  profile.energy.unreadable = energy.unreadable.map((meter) => ({ ...meter }));
  return profile;
}

async function readExisting(
  file: string,
  context: Parameters<typeof readProfile>[1]['context'],
): Promise<Profile> {
  try {
    return (await readProfile(file, { context })).profile;
  } catch (error) {
    if (!(error instanceof ProfileMismatchError)) throw error;
    throw new ProfileMismatchError(
      file,
      error.differences,
      'Measurements of both cannot share a file: give another one, or delete it.',
    );
  }
}

function emptyProfile(machine: ProfileMachine, libraries: Record<string, string>): Profile {
  return {
    format: 'foretoken-profile',
    version: profileVersion,
    machine,
    libraries,
    models: {},
    passCosts: [],
    roundCosts: [],
    acceptance: [],
    treePasses: [],
    treeAcceptance: [],
    memory: [],
    energy: { meters: [], unreadable: [], measured: [], estimated: [] },
  };
}

/** A model is seldom right for longer, and by its confidence it is told what longer drafts would keep. */
const modelDraft = 8;
/** Copies go on for long or not at all, and how far is not told by counts of shorter ones. As long as rounds are measured. */
const copiedDraft = 15;

/** @param meterClock as the caller's clock is: one that went back makes a reading of energy uncertain. */
function createSteps(options: ProfileSetupOptions, meterClock: () => number): ProfileStep[] {
  const { target, draft, drafter, clock, energy, powerModel } = options;
  const { sampling = {}, rule = 'block', contextTokens = [64, 512] } = options;
  const profiled = draft === undefined ? [target] : [target, draft];
  const passes = profiled.flatMap((one) => {
    // Half of a short context stays free for the passes.
    const fitting = new Set(contextTokens.map((tokens) => Math.min(tokens, one.model.contextLength >> 1)));
    return [...fitting].map((tokens) => passCostsStep(one, tokens, clock));
  });
  const pair = drafter && { target, draft, drafter, sampling, rule };
  const draftsByPasses = draft !== undefined || options.head !== undefined;
  const { draftLength = draftsByPasses ? modelDraft : copiedDraft } = options;
  return [
    ...profiled.map(memoryStep),
    ...(options.head === undefined ? [] : [headMemoryStep(options.head)]),
    ...passes,
    ...(pair === undefined
      ? []
      : [
          // Attention makes plain rounds dearer after long prompts, and with them drafts cheaper.
          roundCostsStep(
            pair,
            { draftsByPasses, promptLength: typicalContext(target.model, options.prompts) },
            clock,
          ),
          acceptanceStep(pair, { prompts: options.prompts, draftLength, clock }),
          roundsInTextsStep(pair, { prompts: options.prompts, clock }),
        ]),
    ...treeSteps(options),
    ...profiled
      .filter(
        ({ model }) =>
          powerModel !== undefined || metersOf(energy.meters, model.capabilities.device).length > 0,
      )
      .map((one) => energyStep(one, { energy, powerModel, clock, meterClock, cores: options.machine.cores })),
  ];
}

function treeSteps(options: ProfileSetupOptions): ProfileStep[] {
  const { target, draft, head, clock, prompts } = options;
  const pair = treePairOf(options);
  if (pair === undefined) return [];
  const passes = treePassesStep(target, clock);
  if (target.model.capabilities.maximumLeaves === 1) return [passes];
  const ofHead = draft === undefined && head !== undefined ? [headPassesStep(head.model, target, clock)] : [];
  const texts = { prompts, clock };
  return [passes, ...ofHead, treeRoundsStep(pair, texts), treeAcceptanceStep(pair, texts)];
}

/** Undefined: no trees are asked for, or nothing drafts any. */
function treePairOf({
  target,
  draft,
  head,
  treeRule: rule,
  sampling = {},
}: ProfileSetupOptions): TreePair | undefined {
  if (rule === undefined) return undefined;
  const shared = { target, draft, sampling, rule };
  const { model } = target;
  if (draft !== undefined) {
    const createDrafter = (tree: DraftTreeKind): Drafter =>
      createModelTreeDrafter({ model: draft.model, target: model, tree });
    return { ...shared, name: draft.model.name, createDrafter };
  }
  if (head?.model.attends !== true) return undefined;
  const createDrafter = (tree: DraftTreeKind): Drafter =>
    createEagleDrafter({ head: head.model, target: model, tree });
  return { ...shared, name: head.model.name, createDrafter };
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
