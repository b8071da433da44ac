import { PlanningError } from '../errors/planning-error.js';
import type { PipelineDrafter } from '../pipeline/pipeline-schema.js';
import { objectiveWeights } from '../prediction/evaluate-drafting.js';
import type { ModelConfiguration } from '../profile/profile-schema.js';
import { isPermittedTarget } from './permitted-targets.js';
import type { Candidate, Pass, Program, TargetChoice } from './program.js';
import { configurationText, megabytes } from './texts.js';

const name = 'legality';

/**
 * Keeps what may run: measured, of the target's vocabulary or translated to it, on permitted engines and threads, within
 * the memory limit, with the energy known where the objective asks for it.
 */
export const legality: Pass = {
  name,
  run(program, { machine }) {
    const decisions: string[] = [];
    let { targets, candidates } = program;
    for (const { label, reason } of program.unmeasured)
      decisions.push(`${label} is left out: ${reason}; foretoken profile measures it`);
    for (const { drafter, label } of program.candidates) {
      const lines = countedWithout(drafter).map((what) => `${label} was counted without its ${what}`);
      for (const line of lines) if (!decisions.includes(line)) decisions.push(line);
    }
    if (program.unusedPowerModel !== undefined)
      decisions.push(`${program.unusedPowerModel} estimates nothing: a meter read the target`);
    if (program.pipeline.drafters.length > 0 && candidates.length === 0 && targets.length > 0) {
      throw new PlanningError(
        `None of the drafters can be planned: ${program.unmeasured.map(({ label, reason }) => `${label}: ${reason}`).join('; ')}. Measure them into the profile with foretoken profile, or give a pipeline without drafters.`,
        { pass: name },
      );
    }
    const keepTargets = (keep: (target: TargetChoice) => boolean): void => {
      targets = targets.filter(keep);
      candidates = candidates.filter(({ target }) => targets.includes(target));
    };
    const keepCandidates = (keep: (candidate: Candidate) => string | undefined): void => {
      const reasons = new Set<string>();
      candidates = candidates.filter((candidate) => {
        const reason = keep(candidate);
        if (reason !== undefined) reasons.add(reason);
        return reason === undefined;
      });
      decisions.push(...reasons);
    };

    permittedPlaces(program, machine.cores, keepTargets, keepCandidates);
    if (targets.length === 0) throw noTarget(program);
    keepCandidates((candidate) => wrongVocabulary(program, candidate));
    energyKnown(program, targets, keepTargets, keepCandidates);
    memoryFits(program, { targets, candidates }, keepTargets, keepCandidates, decisions);
    if (decisions.length === 0) decisions.push('everything that was measured may run');
    return { program: { ...program, targets, candidates }, decisions };
  },
};

/** What a drafter copies from beside the text, which foretoken profile does not take. */
function countedWithout(drafter: PipelineDrafter): string[] {
  if (drafter.kind === 'input-copy') return drafter.source === undefined ? [] : ['source'];
  if (drafter.kind !== 'n-gram') return [];
  const { corpora, store } = drafter;
  return [...(corpora === undefined ? [] : ['corpora']), ...(store === undefined ? [] : ['store'])];
}

type KeepTargets = (keep: (target: TargetChoice) => boolean) => void;
type KeepCandidates = (keep: (candidate: Candidate) => string | undefined) => void;

function permittedPlaces(
  { pipeline }: Program,
  cores: number,
  keepTargets: KeepTargets,
  keepCandidates: KeepCandidates,
): void {
  const { engines, threads = Number.POSITIVE_INFINITY, contextTokens = 0 } = pipeline.limits ?? {};
  const isPermitted = (configuration: ModelConfiguration): boolean =>
    // An engine that chooses takes up to all of them.
    (configuration.threads ?? cores) <= threads &&
    configuration.contextLength >= contextTokens &&
    (engines === undefined || engines.some((engine) => configuration.engine.startsWith(engine)));
  keepTargets(({ configuration }) => isPermitted(configuration));
  keepCandidates(({ draft, label }) =>
    draft === null || isPermitted(draft)
      ? undefined
      : `${label} as ${configurationText(draft)} is left out: the limits do not permit its engine, threads or context`,
  );
}

function noTarget({ pipeline, models }: Program): PlanningError {
  const { engines, threads, contextTokens } = pipeline.limits ?? {};
  const limits = [
    ...(engines === undefined ? [] : [`engines ${engines.join(', ')}`]),
    ...(threads === undefined
      ? []
      : [
          `at most ${threads} ${threads === 1 ? 'thread' : 'threads'}, of which an engine that chooses takes all`,
        ]),
    ...(contextTokens === undefined ? [] : [`room for ${contextTokens} tokens of context`]),
  ];
  const within = limits.length === 0 ? '' : ` within the limits (${limits.join('; ')})`;
  return new PlanningError(
    `No pass costs of the target ${models.target.id} were measured${within}: run foretoken profile with it, or change the limits.`,
    { pass: name },
  );
}

function wrongVocabulary({ pipeline, models }: Program, { drafter, label }: Candidate): string | undefined {
  if (drafter.kind !== 'draft-model' || (drafter.vocabulary ?? 'same') !== 'same') return undefined;
  const theirs = models.drafters[pipeline.drafters.indexOf(drafter)]?.vocabulary;
  const ours = models.target.vocabulary;
  if (ours === undefined || theirs === undefined || ours === theirs) return undefined;
  return `${label} is left out: it has another vocabulary than the target, which the pipeline does not translate (vocabulary: tli or slem)`;
}

/** Energy comes from measurements, or from an estimate that the pipeline asks for; else an objective of it is refused. */
function energyKnown(
  { pipeline }: Program,
  targets: readonly TargetChoice[],
  keepTargets: KeepTargets,
  keepCandidates: KeepCandidates,
): void {
  if (objectiveWeights(pipeline).energy === 0) return;
  if (targets.every(({ energy }) => energy === undefined)) {
    throw new PlanningError(
      'The objective asks for energy, and the profile holds no energy of the target: no meter could be read where it was measured, or there was no time left. Profile where RAPL or NVML can be read, choose another objective, or ask for an estimate with a power model (powerModel in the pipeline, --power-model), which is no measurement.',
      { pass: name },
    );
  }
  keepTargets(({ energy }) => energy !== undefined);
  keepCandidates(({ energy, label }) =>
    energy === undefined
      ? `${label} is left out: the objective asks for energy, and its own is not known`
      : undefined,
  );
}

/** What other formats would take that were measured and are not permitted: they are other targets. */
function smallerFormat(targets: readonly TargetChoice[], least: number): string {
  const smaller = targets
    .filter(({ memoryBytes = least }) => memoryBytes < least)
    .toSorted((left, right) => (left.memoryBytes as number) - (right.memoryBytes as number))[0];
  return smaller === undefined
    ? ''
    : `; another target, which target.formats or target.cacheTypes would have to permit, takes ${megabytes(smaller.memoryBytes as number)}: ${configurationText(smaller.configuration)}`;
}

function memoryFits(
  program: Program,
  {
    targets,
    candidates,
  }: { readonly targets: readonly TargetChoice[]; readonly candidates: readonly Candidate[] },
  keepTargets: KeepTargets,
  keepCandidates: KeepCandidates,
  decisions: string[],
): void {
  const limit = program.pipeline.limits?.memoryBytes;
  if (limit === undefined) return;
  // Of formats that the pipeline does not permit, the pass that chooses formats tells.
  const permitted = targets.filter(({ configuration }) => isPermittedTarget(program, configuration));
  if (permitted.length === 0) return;
  const known = permitted.filter(({ memoryBytes }) => memoryBytes !== undefined);
  if (known.length === 0) {
    throw new PlanningError(
      'There is a memory limit, and the profile does not say what memory the target takes: run foretoken profile again.',
      { pass: name },
    );
  }
  const smallest = known.toSorted(
    (left, right) => (left.memoryBytes as number) - (right.memoryBytes as number),
  )[0] as TargetChoice;
  const least = smallest.memoryBytes as number;
  if (least > limit) {
    const smallestDraft = Math.min(
      ...candidates
        .filter(({ target, draftMemoryBytes }) => target === smallest && draftMemoryBytes !== 0)
        .map(({ draftMemoryBytes }) => draftMemoryBytes ?? Number.POSITIVE_INFINITY),
    );
    const withDraft = Number.isFinite(smallestDraft)
      ? `, and ${megabytes(least + smallestDraft)} with the smallest draft model or head`
      : '';
    throw new PlanningError(
      `The memory limit of ${megabytes(limit)} is impossible: the smallest that works is ${megabytes(least)} (${Math.ceil(least)} bytes), the target alone as ${configurationText(smallest.configuration)}${withDraft}${smallerFormat(targets, least)}.`,
      { pass: name },
    );
  }
  keepTargets(({ memoryBytes = Number.POSITIVE_INFINITY }) => memoryBytes <= limit);
  keepCandidates(({ target, draft, draftMemoryBytes = Number.POSITIVE_INFINITY, label }) => {
    const total = (target.memoryBytes as number) + draftMemoryBytes;
    if (total <= limit) return undefined;
    const takes = Number.isFinite(total) ? megabytes(total) : 'an unknown amount';
    const as = draft === null ? '' : ` as ${configurationText(draft)}`;
    return `${label}${as} is left out: it takes ${takes} with the target, and the limit is ${megabytes(limit)}`;
  });
  decisions.push(`within ${megabytes(limit)}: the target alone takes ${megabytes(least)} or more`);
}
