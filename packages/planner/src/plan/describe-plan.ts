import { acceptanceOf } from '../passes/acceptance-of.js';
import type { BoundModel } from '../passes/bind-models.js';
import { knownDrafting } from '../passes/known-drafting.js';
import type { Candidate, Program, ScheduledDrafter, TargetChoice, TreeChoice } from '../passes/program.js';
import { bestOf, combinedGain } from '../prediction/combine-drafting.js';
import { bestLength, longestDraft } from '../prediction/evaluate-drafting.js';
import { predictCombination } from '../prediction/predict-combination.js';
import { type Estimate, predictionConfidence, predictSpeed } from '../prediction/predict-speed.js';
import type { Profile } from '../profile/profile-schema.js';
import { type Plan, type PlannedDrafter, planVersion } from './plan-schema.js';

/** The plan of a program that all passes have gone over. */
export function describePlan(program: Program, profile: Profile, decisions: Plan['decisions']): Plan {
  const { pipeline } = program;
  const target = program.targets[0] as TargetChoice;
  const drafters = program.drafters ?? [];
  const plainMilliseconds = (drafters[0]?.candidate ?? target).costs.at(0, pipeline.limits?.contextTokens);
  const { speedup, committedTokens } = predictAll(program, drafters);
  const tokensPerSecond = 1000 / plainMilliseconds;
  return {
    format: 'foretoken-plan',
    version: planVersion,
    machine: profile.machine,
    libraries: profile.libraries,
    models: usedModels(program),
    objective: pipeline.objective ?? { latency: 1 },
    sampling: pipeline.sampling ?? {},
    target: {
      model: program.models.target.id,
      configuration: target.configuration,
      isOther: program.isOtherTarget,
      requantised: program.isRequantised,
    },
    rule: program.rule as string,
    combination: program.combination,
    drafters: drafters.map((drafter) => describeDrafter(program, drafter)),
    fallback: program.fallback.map((drafter) => describeDrafter(program, drafter)),
    alternatives: notTaken(program).map((drafter) => describeDrafter(program, drafter)),
    noSpeculation: {
      belowAcceptance: [...(program.noSpeculation?.belowAcceptance ?? [])],
      contextTokens: [...(program.noSpeculation?.contextTokens ?? [])],
      fromSequences: program.noSpeculation?.fromSequences ?? null,
    },
    plain: { tokensPerSecond },
    predicted: { speedup, tokensPerSecond: tokensPerSecond * speedup.estimate, committedTokens },
    confidence: predictionConfidence,
    energy: energyOf(program, target, drafters),
    memoryBytes: memoryOf(target, drafters),
    decisions,
  };
}

/** Alternatives, and after them what was dropped: its speeds and its model are part of the answer. */
function notTaken({ targets, drafters = [], alternatives, dropped }: Program): ScheduledDrafter[] {
  const known = new Set([...drafters, ...alternatives].map(({ candidate }) => candidate.label));
  const others = dropped.filter(({ target, label }) => target === targets[0] && !known.has(label));
  const labels = [...new Set(others.map(({ label }) => label))];
  return [
    ...alternatives,
    ...labels.map((wanted) => {
      const ofLabel = others.filter(({ label }) => label === wanted);
      const candidate = ofLabel.find(({ costs }) => costs.source === 'rounds') ?? ofLabel[0];
      return { candidate: candidate as Candidate, table: { acceptance: [0], lengths: [0] } };
    }),
  ];
}

function describeDrafter(program: Program, { candidate, table }: ScheduledDrafter): PlannedDrafter {
  const { pipeline } = program;
  const { costs, drafter, label, draft, requantised } = candidate;
  const data = acceptanceOf(program, candidate);
  const lengths = Array.from({ length: longestDraft(candidate, pipeline, data) + 1 }, (_, length) => length);
  const milliseconds = lengths.map((length) => costs.at(length, pipeline.limits?.contextTokens));
  // As in a measured curve: more work never costs less.
  for (let length = milliseconds.length - 2; length >= 0; length--)
    milliseconds[length] = Math.min(milliseconds[length] as number, milliseconds[length + 1] as number);
  return {
    name: label,
    drafter,
    draft,
    requantised,
    table: { acceptance: [...table.acceptance], lengths: [...table.lengths] },
    roundCosts: { lengths, milliseconds },
    costSource: costs.source,
    priorAcceptance: data.accepted.map(({ mean }) => mean),
    proposedShare: data.drafted === undefined ? 1 : 1 - (data.drafted[0] as number),
    readingMilliseconds: data.readingMilliseconds,
    predictions: lengths.flatMap((length) => predictSpeed(candidate, pipeline, data, length) ?? []),
    predictedLength: bestLength(candidate, pipeline, data)?.length ?? 0,
    ...(candidate.tree === undefined ? {} : { tree: describeTree(candidate.tree) }),
  };
}

function describeTree({ shape, prediction }: TreeChoice): NonNullable<PlannedDrafter['tree']> {
  return { parents: [...shape.parents], prediction };
}

/** What decoding by all of the plan is predicted to give. */
function predictAll(
  program: Program,
  drafters: readonly ScheduledDrafter[],
): { readonly speedup: Estimate; readonly committedTokens: number } {
  const [first, second] = drafters.map(({ candidate }) => knownDrafting(program, candidate));
  const plain = { speedup: { estimate: 1, lower: 1, upper: 1 }, committedTokens: 1 };
  if (first === undefined) return plain;
  if (second !== undefined) return predictCombination(program.pipeline, first, second) ?? plain;
  const planned = drafters[0]?.candidate.tree;
  if (planned !== undefined) return planned.prediction;
  const length = bestLength(first, program.pipeline, first.data)?.length ?? 0;
  return predictSpeed(first, program.pipeline, first.data, length) ?? plain;
}

function energyOf(
  program: Program,
  target: TargetChoice,
  drafters: readonly ScheduledDrafter[],
): Plan['energy'] {
  const [first, second] = drafters.map(({ candidate }) => knownDrafting(program, candidate));
  const source = second ?? first ?? target;
  if (source.energy === undefined || (first !== undefined && first.energy === undefined)) return null;
  const plainJoules = source.energy.at(0);
  let joules = plainJoules;
  if (first !== undefined && second !== undefined) {
    const combined = combinedGain(program.pipeline, first, second);
    if (combined === undefined) return null;
    joules = (plainJoules * combined.relativeJoules) / combined.committedTokens;
  } else if (first !== undefined) {
    const best = bestOf(program.pipeline, first);
    if (best?.joules === undefined) return null;
    joules = best.joules / best.committed.mean;
  }
  return { kind: source.energy.kind, source: source.energy.source, plainJoules, joules };
}

function memoryOf(target: TargetChoice, drafters: readonly ScheduledDrafter[]): number | null {
  const parts = [target.memoryBytes, ...drafters.map(({ candidate }) => candidate.draftMemoryBytes)];
  return parts.reduce<number | null>(
    (sum, bytes) => (sum === null || bytes === undefined ? null : sum + bytes),
    0,
  );
}

/** The files of the target, and of every draft that is planned, taken or not. */
function usedModels(program: Program): Plan['models'] {
  const { target, drafters } = program.models;
  const files: Plan['models'] = {};
  const add = (id: string, { sha256, bytes, file }: BoundModel): void => {
    files[id] = { sha256, bytes, file };
  };
  add(target.id, target);
  const scheduled = [...(program.drafters ?? []), ...notTaken(program), ...program.fallback];
  for (const { candidate } of scheduled) {
    const { draft, drafter } = candidate;
    const bound = drafters[program.pipeline.drafters.indexOf(drafter)];
    // Of its own layers, where it has no file of its own.
    if (draft !== null) add(draft.model, bound ?? target);
    else if (bound !== undefined) add(bound.id, bound);
  }
  return files;
}
