import type { Drafter } from '../contract/drafter.js';
import type { DraftLengthController } from '../scheduling/draft-length-controller.js';
import { drafterOptions } from '../scheduling/drafter-options.js';
import { createFixedDraftLength } from '../scheduling/fixed-draft-length.js';
import { createLearningDraftLength } from '../scheduling/learning-draft-length.js';

const withoutClock = 4;

/** What was learnt of a drafter, for as long as there is one. */
const learning = new WeakMap<Drafter, DraftLengthController>();

/**
 * The controller of a generation that names none. With a clock it learns, and what it learnt stays with the drafter, so
 * that the next generation does not begin anew. Without one nothing can be known of costs, and the length is fixed.
 */
export function defaultDraftLength(
  drafter: Drafter | undefined,
  clock: (() => number) | undefined,
): DraftLengthController {
  if (drafter === undefined || clock === undefined) return createFixedDraftLength(withoutClock);
  const known = drafter.draftLength ?? learning.get(drafter);
  if (known !== undefined) return known;
  const controller = createLearningDraftLength(drafterOptions(drafter));
  learning.set(drafter, controller);
  return controller;
}
