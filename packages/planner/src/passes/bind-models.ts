import { PlanningError } from '../errors/planning-error.js';
import type { Pipeline } from '../pipeline/pipeline-schema.js';
import type { Profile } from '../profile/profile-schema.js';

/** A model file of a pipeline. */
export interface PipelineModel {
  readonly file: string;
  readonly sha256: string;
  /** The weight format that the file has, as engines name it; undefined: not known. */
  readonly weightFormat?: string | undefined;
  /** Equal where two models have the same tokens with the same ids; undefined: not known. */
  readonly vocabulary?: string | undefined;
}

/** A model of the pipeline, and what the profile calls it. */
export interface BoundModel extends PipelineModel {
  readonly id: string;
}

/** The files of a pipeline's models, by the names that it gives them: `target`, then its drafters in order. */
export interface PipelineModels {
  readonly target: PipelineModel;
  /** One for every drafter; undefined where it has no file of its own. */
  readonly drafters: readonly (PipelineModel | undefined)[];
}

/** Of models that are layers of another one's file. */
const partOfModel = /, (early-exit|skip-layers):/;

/**
 * Finds a pipeline's models in a profile, by the hash of their files.
 *
 * @throws PlanningError where the profile does not hold the target, naming the models that it holds.
 */
export function bindModels(
  pipeline: Pipeline,
  models: PipelineModels,
  profile: Pick<Profile, 'models'>,
): { readonly target: BoundModel; readonly drafters: readonly (BoundModel | undefined)[] } {
  const find = (model: PipelineModel): BoundModel | undefined => {
    const id = Object.keys(profile.models).find(
      (name) => !partOfModel.test(name) && profile.models[name]?.sha256 === model.sha256,
    );
    return id === undefined ? undefined : { ...model, id };
  };
  const target = find(models.target);
  if (target === undefined) {
    throw new PlanningError(
      `The target ${pipeline.target.model} (${models.target.file}) is none of the models that were measured: ${Object.keys(profile.models).join(', ') || 'none'}. Measure it with foretoken profile, or name one of them.`,
      { pass: 'legality' },
    );
  }
  return { target, drafters: models.drafters.map((model) => model && find(model)) };
}
