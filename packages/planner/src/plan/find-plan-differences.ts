import { findDifferences, type ProfileContext } from '../profile/find-differences.js';
import type { Plan } from './plan-schema.js';

/** In what a plan does not fit the machine and the libraries that it is to run on, a line each; as a profile's. */
export function findPlanDifferences(
  { machine, libraries }: Plan,
  context: Pick<ProfileContext, 'machine' | 'libraries'>,
): string[] {
  return findDifferences({ machine, libraries, models: {}, passCosts: [] }, { ...context, models: {} });
}
