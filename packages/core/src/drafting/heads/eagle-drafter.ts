import type { Drafter } from '../../contract/drafter.js';
import type { HeadModel } from '../../contract/head-model.js';
import type { LanguageModel } from '../../contract/language-model.js';
import { InvalidArgumentError } from '../../errors/invalid-argument-error.js';
import type { DraftTreeKind } from '../tree/tree-growth.js';
import { assertHeadFits } from './assert-head-fits.js';
import { HeadDrafter } from './head-drafter.js';
import { HeadTreeDrafter } from './head-tree-drafter.js';

export interface HeadDrafterOptions {
  /** The head, on any engine. The caller closes it. */
  readonly head: HeadModel;
  /** The target that it drafts for, on any engine: its hidden states are what the head reads. */
  readonly target: LanguageModel;
}

export interface EagleDrafterOptions extends HeadDrafterOptions {
  /** What trees it drafts; under a rule that takes none, a chain. Default: chains. */
  readonly tree?: DraftTreeKind | undefined;
}

/**
 * Drafts a chain, or trees, with an EAGLE head (Li et al. 2401.15077): one decoder layer over the target's hidden
 * states and the tokens after them, which also predicts the hidden states that it goes on from. HASS (Zhang et al.
 * 2408.15766) is the same head, trained on its own predictions.
 *
 * @throws HeadMismatchError where the head was made for another target; UnsupportedError for a target without hidden
 *   states; InvalidArgumentError for a head of another form, or a tree out of its ranges.
 */
export function createEagleDrafter({ head, target, tree }: EagleDrafterOptions): Drafter {
  if (!head.attends) {
    throw new InvalidArgumentError(`${head.name} has no attention: it is not an EAGLE head.`);
  }
  assertHeadFits(head, target);
  return tree === undefined ? new HeadDrafter(head.name, head) : new HeadTreeDrafter(head.name, head, tree);
}
