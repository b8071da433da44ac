import type { Drafter } from '../../contract/drafter.js';
import type { HeadModel } from '../../contract/head-model.js';
import type { LanguageModel } from '../../contract/language-model.js';
import { InvalidArgumentError } from '../../errors/invalid-argument-error.js';
import { assertHeadFits } from './assert-head-fits.js';
import { HeadDrafter } from './head-drafter.js';

export interface HeadDrafterOptions {
  /** The head, on any engine. The caller closes it. */
  readonly head: HeadModel;
  /** The target that it drafts for, on any engine: its hidden states are what the head reads. */
  readonly target: LanguageModel;
}

/**
 * Drafts a chain with an EAGLE head (Li et al. 2401.15077): one decoder layer over the target's hidden states and the
 * tokens after them, which also predicts the hidden states that it goes on from. HASS (Zhang et al. 2408.15766) is the
 * same head, trained on its own predictions.
 *
 * @throws HeadMismatchError where the head was made for another target; UnsupportedError for a target without hidden
 *   states; InvalidArgumentError for a head of another form.
 */
export function createEagleDrafter({ head, target }: HeadDrafterOptions): Drafter {
  if (!head.attends) {
    throw new InvalidArgumentError(`${head.name} has no attention: it is not an EAGLE head.`);
  }
  assertHeadFits(head, target);
  return new HeadDrafter(head.name, head);
}
