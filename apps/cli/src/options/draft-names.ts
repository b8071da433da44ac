import { Option } from '@commander-js/extra-typings';
import { InvalidArgumentError } from '@foretoken/core';
import { headNames } from '../engines/heads.js';

/** Drafters that need no model. */
export const withoutModel = ['prompt-lookup', 'n-gram', 'input-copy'] as const;

export const draftersOption = new Option(
  '--drafters <list>',
  'drafters to compare: names as for --draft, separated by blanks or semicolons, or "all"',
).conflicts(['draft', 'tree', 'foreignDraft', 'combine', 'stage']);

/**
 * What `--drafters` names; "all" is every one that needs no further file.
 *
 * @param model the target, as it was named.
 */
export function draftNames(list: string, model: string): readonly string[] {
  const names = [...new Set(list.split(/[\s;]+/).filter((name) => name !== ''))];
  if (names.length === 0) throw new InvalidArgumentError('--drafters takes names as --draft does, or "all".');
  if (!names.includes('all')) return names;
  return model === 'embedded'
    ? ['embedded', ...headNames, ...withoutModel, 'prompt-lookup+embedded', 'early-exit:6']
    : [...withoutModel, 'early-exit:6'];
}
