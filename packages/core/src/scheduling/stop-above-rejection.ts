import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { DraftConfidences } from './draft-confidences.js';
import type { DraftLengthController } from './draft-length-controller.js';
import type { AcceptancePredictor } from './predictors/acceptance-predictor.js';

/**
 * A controller whose drafts also end where the chance that at least one of their tokens is rejected exceeds a threshold:
 * the policy of SpecDec++ (Huang et al. 2405.19715, equation 8). There a trained head predicts the acceptance of every
 * token; here a predictor that learns from the rounds does. The token at which the draft ends stays in it.
 *
 * @param predictor a fresh one: it is told of every draft.
 * @param threshold 0 to 1 (never ends a draft).
 * @throws InvalidArgumentError for a threshold outside 0 to 1.
 */
export function stopAboveRejection(
  controller: DraftLengthController,
  predictor: AcceptancePredictor,
  threshold: number,
): DraftLengthController {
  if (!(threshold >= 0 && threshold <= 1)) {
    throw new InvalidArgumentError(`A chance of rejection is from 0 to 1, not ${threshold}.`);
  }
  const confidences = new DraftConfidences();
  return {
    name: `${controller.name}, until rejection is likelier than ${threshold}`,
    begin(start) {
      predictor.beginText?.();
      controller.begin?.(start);
    },
    next(limit) {
      confidences.begin();
      return controller.next(limit);
    },
    shouldStop(drafted) {
      confidences.add(drafted);
      const survival = confidences.values.reduce(
        (chance, confidence, position) => chance * predictor.predict(position, confidence),
        1,
      );
      return controller.shouldStop?.(drafted) === true || 1 - survival > threshold;
    },
    observe(round) {
      const { draftedCount, acceptedCount } = round;
      if (draftedCount > 0)
        predictor.update({ draftedCount, acceptedCount, confidences: confidences.values });
      controller.observe(round);
    },
  };
}
