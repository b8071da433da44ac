import type { Drafter } from '../contract/drafter.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';

/**
 * Hidden states are handed over once, to the drafter of the generation: one inside another would miss those of the
 * rounds in which it is not asked.
 *
 * @param outer the kind of drafter that `drafter` is to be a part of.
 * @throws InvalidArgumentError where it needs them.
 */
export function assertNoHiddenStates(drafter: Drafter, outer: string): void {
  if (drafter.needsHiddenStates === true) {
    throw new InvalidArgumentError(
      `${drafter.name} drafts from the target's hidden states and cannot be a part of ${outer}: use it alone.`,
    );
  }
}
