import { ForetokenError } from '@foretoken/core';
import {
  bestPrediction,
  compilePlan,
  drafterLabel,
  type PipelineModel,
  type Profile,
} from '@foretoken/planner';
import { draftedText } from '../output/drafted-text.js';
import { estimateText } from '../output/estimate-text.js';
import { type PipelineFlags, pipelineFromOptions } from '../planning/pipeline-from-options.js';
import { pipelineModels } from '../planning/pipeline-models.js';
import type { Candidate } from './candidate.js';

/** What a plan from a profile says of one drafter alone. */
export interface ProfiledSpeed {
  /** Predicted speed over plain decoding; 1 where it would not draft. */
  readonly speedup: number;
  readonly text: string;
}

/**
 * Speeds of the drafters that were profiled under these settings, by their names in plans; those of `drafts` by what `--draft`
 * takes, since two files may have one name.
 */
export async function profiledSpeeds(
  flags: PipelineFlags,
  profile: Profile,
  drafts: readonly Candidate[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ProfiledSpeed>> {
  const named = new Set(profile.acceptance.map(({ draft }) => draft?.model));
  const ofModels = drafts.filter(({ draft }) =>
    [...named].some((name) => name !== undefined && draft.endsWith(name)),
  );
  const speeds = new Map<string, ProfiledSpeed>();
  for (const candidate of [undefined, ...ofModels]) {
    const pipeline = pipelineFromOptions({ ...flags, ...flagsOf(candidate) }, profile);
    for (const drafter of pipeline.drafters) {
      const single = { ...pipeline, drafters: [drafter] };
      const models = await pipelineModels(single, signal);
      // Another file of the same name was not measured.
      if (models.drafters.some((model) => model !== undefined && isOtherFile(model, profile))) continue;
      try {
        const { drafters, decisions } = compilePlan({ pipeline: single, models, profile });
        const [planned] = drafters;
        const prediction = planned && bestPrediction(planned);
        // Kept since few prompts were counted: the profile does not say yet whether it pays.
        if (planned?.predictedLength === 0 && planned.tree === undefined) continue;
        const why = decisions.findLast(({ pass }) => pass === 'dead-drafters' || pass === 'legality');
        speeds.set(
          candidate?.draft ?? drafterLabel(drafter),
          planned === undefined || prediction === undefined
            ? { speedup: 1, text: why?.text ?? 'plain decoding is faster' }
            : {
                speedup: prediction.speedup.estimate,
                text: `predicted ${estimateText(prediction.speedup)}, ${draftedText(planned)}`,
              },
        );
      } catch (error) {
        // Nothing that was measured holds for these settings.
        if (!ForetokenError.isInstance(error)) throw error;
      }
    }
  }
  return speeds;
}

function flagsOf(candidate: Candidate | undefined): Pick<PipelineFlags, 'draft' | 'foreignDraft'> {
  return candidate === undefined ? {} : { draft: candidate.draft, foreignDraft: candidate.foreignDraft };
}

function isOtherFile({ name, sha256 }: PipelineModel, { models }: Profile): boolean {
  return models[name] !== undefined && models[name].sha256 !== sha256;
}
