import type { Drafter } from '../../contract/drafter.js';
import { InvalidArgumentError } from '../../errors/invalid-argument-error.js';
import { assertHeadFits } from './assert-head-fits.js';
import type { HeadDrafterOptions } from './eagle-drafter.js';
import { HeadDrafter } from './head-drafter.js';

/**
 * Drafts a chain with an MLP speculator (Wertheimer et al. 2404.19124), from the last hidden state alone, at most as
 * many tokens as it has steps.
 *
 * @throws HeadMismatchError where the head was made for another target; UnsupportedError for a target without hidden
 *   states; InvalidArgumentError for a head of another form.
 */
export function createMlpSpeculatorDrafter({ head, target }: HeadDrafterOptions): Drafter {
  if (head.attends) {
    throw new InvalidArgumentError(`${head.name} attends to earlier tokens: it is not an MLP speculator.`);
  }
  assertHeadFits(head, target);
  return new HeadDrafter(head.name, head);
}
