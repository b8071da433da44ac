import { isDeepStrictEqual } from 'node:util';
import type { Drafter, SamplingSettings } from '@foretoken/core';
import type { RoundCostsEntry } from '../../profile/profile-schema.js';
import { configurationOf, type ProfiledModel } from '../profiled-model.js';

/** Target and drafter with the settings that they decode with. */
export interface DraftingPair {
  readonly target: ProfiledModel;
  /** The drafter's model, where it has one. */
  readonly draft: ProfiledModel | undefined;
  readonly drafter: Drafter;
  readonly sampling: SamplingSettings;
  readonly rule: string;
}

/** What a profile's entries say of a pair. */
export type PairFields = Pick<RoundCostsEntry, 'target' | 'draft' | 'drafter' | 'sampling' | 'rule'>;

export function pairFields({
  target,
  draft,
  drafter,
  sampling,
  rule,
}: Omit<DraftingPair, 'drafter'> & { readonly drafter: Pick<Drafter, 'name'> }): PairFields {
  const numbers = Object.entries(sampling).filter(([, value]) => typeof value === 'number');
  return {
    target: configurationOf(target),
    draft: draft === undefined ? null : configurationOf(draft),
    drafter: drafter.name,
    sampling: Object.fromEntries(numbers) as Record<string, number>,
    rule,
  };
}

/** True for what was measured of a pair on these prompts (`hashPrompts`). */
export function isOnPrompts(
  entry: PairFields & { readonly promptsSha256: string },
  fields: PairFields,
  promptsSha256: string,
): boolean {
  return isOfPair(entry, fields) && entry.promptsSha256 === promptsSha256;
}

export function isOfPair(entry: PairFields, fields: PairFields): boolean {
  const { target, draft, drafter, sampling, rule } = entry;
  return isDeepStrictEqual({ target, draft, drafter, sampling, rule }, fields);
}
