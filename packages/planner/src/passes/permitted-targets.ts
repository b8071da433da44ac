import type { ModelConfiguration } from '../profile/profile-schema.js';
import { isAsFile } from './bind-models.js';
import type { Program } from './program.js';

/** Whether the target's weights are as in its file. */
export function hasOwnWeights(program: Program, configuration: ModelConfiguration): boolean {
  const measured = program.targets.map((target) => target.configuration);
  return isAsFile(program.models.target, measured, configuration);
}

/**
 * Whether the target may run so: its file's own weights and the engine's own cache, or formats that the pipeline permits,
 * since each is another target.
 */
export function isPermittedTarget(program: Program, configuration: ModelConfiguration): boolean {
  const { formats = [], cacheTypes = [] } = program.pipeline.target;
  return (
    (hasOwnWeights(program, configuration) || includesFormat(formats, configuration.weightFormat)) &&
    isPermittedCache(cacheTypes, configuration)
  );
}

/** Engines write their formats in capitals or not, and --weight-formats takes both. */
export function includesFormat(permitted: readonly string[], wanted: string): boolean {
  return permitted.some((format) => format.toLowerCase() === wanted.toLowerCase());
}

export function isPermittedCache(permitted: readonly string[], { cacheType }: ModelConfiguration): boolean {
  return cacheType === undefined || permitted.includes(cacheType);
}
