import path from 'node:path';
import { parseProfile } from '@foretoken/planner';
import { enginePrefixes } from '../../apps/cli/dist/planning/pipeline-from-options.js';
import { type PassCosts, passCostsOf } from '../../packages/planner/dist/prediction/pass-cost-at.js';
import type { Engine } from './engines.js';
import type { Pair } from './pairs.js';

/** Pass costs of both models on an engine, from a profile's text. @throws Error where one was not measured. */
export function pairPassCosts(
  text: string,
  { target, draft }: Pair,
  engine: Engine,
): { readonly target: PassCosts; readonly draft: PassCosts } {
  const profile = parseProfile(text, 'the profile');
  const of = (file: string): PassCosts => {
    const name = path.basename(file);
    const entry = profile.passCosts.find(
      ({ configuration }) =>
        configuration.model === name && configuration.engine.startsWith(enginePrefixes[engine] as string),
    );
    const costs = entry && passCostsOf(profile, entry.configuration);
    if (costs === undefined) throw new Error(`The profile has no pass costs of ${name} on ${engine}.`);
    return costs;
  };
  return { target: of(target), draft: of(draft) };
}
