import { PlanningError } from '../errors/planning-error.js';
import type { Pipeline } from '../pipeline/pipeline-schema.js';
import type { ModelConfiguration, Profile } from '../profile/profile-schema.js';

/** A model file of a pipeline. */
export interface PipelineModel {
  /** What a profile of it calls it: taken where no model has its hash, as with a stale profile. */
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  /** The weight format that the file has, by every name that an engine gives it; undefined: not known. */
  readonly ownFormats?: readonly string[] | undefined;
  /** Equal where two models have the same tokens with the same ids; undefined: not known. */
  readonly vocabulary?: string | undefined;
}

/** A model of the pipeline, and what the profile calls it. */
export interface BoundModel extends PipelineModel {
  readonly id: string;
}

/**
 * Whether a model's weights in a configuration are as they are in its file. Where neither the file nor the profile tells its
 * format, what an engine was first measured with is taken for it.
 *
 * @param measured all configurations of the model, in the order in which they were measured.
 */
export function isAsFile(
  model: PipelineModel | undefined,
  measured: readonly ModelConfiguration[],
  { engine, weightFormat }: ModelConfiguration,
): boolean {
  if (model?.ownFormats !== undefined) return model.ownFormats.includes(weightFormat);
  return measured.find((one) => one.engine === engine)?.weightFormat === weightFormat;
}

/** The files of a pipeline's models. */
export interface PipelineModels {
  readonly target: PipelineModel;
  /** One for every drafter; undefined where it has no file of its own. */
  readonly drafters: readonly (PipelineModel | undefined)[];
}

/** Of models that are layers of another one's file. */
const partOfModel = /, (early-exit|skip-layers):/;

/**
 * Finds a pipeline's models in a profile, by the hash of their files, else by name: whether that is allowed has been
 * decided where the profile was read.
 *
 * @throws PlanningError where the profile does not hold the target, naming the models that it holds.
 */
export function bindModels(
  pipeline: Pipeline,
  models: PipelineModels,
  profile: Pick<Profile, 'models'>,
): { readonly target: BoundModel; readonly drafters: readonly (BoundModel | undefined)[] } {
  const find = (model: PipelineModel): BoundModel | undefined => {
    const ofFile = Object.entries(profile.models).filter(([, { sha256 }]) => sha256 === model.sha256);
    const whole = ofFile.find(([name]) => !partOfModel.test(name))?.[0];
    const id = whole ?? (profile.models[model.name] === undefined ? undefined : model.name);
    if (id === undefined) return undefined;
    const entries = [profile.models[id], ...ofFile.map(([, entry]) => entry)];
    const seen = entries.map((entry) => entry?.ownFormats).filter((formats) => formats !== undefined);
    const isKnown = model.ownFormats !== undefined || seen.length > 0;
    const ownFormats = [...new Set([...(model.ownFormats ?? []), ...seen.flat()])];
    return { ...model, id, ...(isKnown ? { ownFormats } : {}) };
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
