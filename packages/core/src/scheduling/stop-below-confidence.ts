import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { confidenceOf } from './draft-confidences.js';
import type { DraftLengthController } from './draft-length-controller.js';

/**
 * A controller whose drafts also end after a token that the drafter gave less than `confidence`, as the fallback policy
 * of Big Little Decoder hands over to the target (Kim et al. 2302.07863). That policy looks at the most
 * probable token and drops it; here the token that was drawn counts, and stays in the draft for the rule to decide,
 * so exact rules stay exact. In greedy decoding it is the probability at temperature 1.
 *
 * @param confidence 0 (never ends a draft) to 1.
 * @throws InvalidArgumentError for a confidence outside 0 to 1.
 */
export function stopBelowConfidence(
  controller: DraftLengthController,
  confidence: number,
): DraftLengthController {
  if (!(confidence >= 0 && confidence <= 1)) {
    throw new InvalidArgumentError(`A confidence is from 0 to 1, not ${confidence}.`);
  }
  return {
    name: `${controller.name}, until below ${confidence}`,
    begin: (start) => controller.begin?.(start),
    next: (limit) => controller.next(limit),
    shouldStop: (drafted) => controller.shouldStop?.(drafted) === true || confidenceOf(drafted) < confidence,
    observe: (round) => controller.observe(round),
  };
}
