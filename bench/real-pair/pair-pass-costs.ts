import path from 'node:path';
import { parseProfile } from '@foretoken/planner';
import { type PassCosts, passCostsOf } from '../../packages/planner/dist/prediction/pass-cost-at.js';
import type { Pair } from './pairs.js';

/** Pass costs of both models, from a profile's text. @throws Error where one was not measured. */
export function pairPassCosts(
  text: string,
  { target, draft }: Pair,
): { readonly target: PassCosts; readonly draft: PassCosts } {
  const profile = parseProfile(text, 'the profile');
  const of = (file: string): PassCosts => {
    const name = path.basename(file);
    const entry = profile.passCosts.find(({ configuration }) => configuration.model === name);
    const costs = entry && passCostsOf(profile, entry.configuration);
    if (costs === undefined) throw new Error(`The profile has no pass costs of ${name}.`);
    return costs;
  };
  return { target: of(target), draft: of(draft) };
}
