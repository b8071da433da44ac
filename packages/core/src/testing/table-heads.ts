import type { HeadModel } from '../contract/head-model.js';
import { drafterFactories } from '../drafting/drafters.js';
import { createTableHead } from './table-head.js';

/** A table head for every drafter of this package that needs a head, by the drafter's name. */
export function createTableHeads(vocabularySize: number): ReadonlyMap<string, HeadModel> {
  return new Map(
    [...drafterFactories.values()].flatMap(({ name, needsHead }, index): [string, HeadModel][] => {
      if (needsHead === undefined) return [];
      const attends = needsHead === 'eagle';
      const maximumSteps = attends ? Number.POSITIVE_INFINITY : 4;
      return [[name, createTableHead({ seed: index, vocabularySize, attends, maximumSteps })]];
    }),
  );
}
