import type { Distribution } from '../contract/distribution.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { DraftLengthController } from './draft-length-controller.js';

export interface StopByEntropyOptions {
  /** Weight of the entropy under the root, above 0; default 0.2. */
  readonly gamma?: number | undefined;
  /** Bound below which a draft ends, to start from, 0 to 1; default 0. */
  readonly threshold?: number | undefined;
  /** Share of drafted tokens that should be accepted: the threshold is moved towards it; 0 to 1, default 0.9. */
  readonly targetAcceptance?: number | undefined;
}

/** Values of AdaEDL's authors, as found in code that follows them. */
const step = 0.01;
const acceptanceMemory = 0.5;
const thresholdMemory = 0.9;

/**
 * A controller whose drafts also end where AdaEDL says so (Agrawal et al. 2410.18351): 1 - sqrt(gamma H) bounds the chance
 * of acceptance from below, H being the entropy in nats of the distribution that the token came from, and a draft ends
 * after a token where that is below a threshold. The threshold follows the acceptance: up where fewer tokens than the
 * target are accepted, down where more are. In greedy decoding the entropy is that at temperature 1.
 *
 * The token at which the draft ends stays in it, so exact rules stay exact. A drafter that tells
 * nothing but its token's probability is not stopped.
 *
 * @throws InvalidArgumentError for values outside their ranges.
 */
export function stopByEntropy(
  controller: DraftLengthController,
  options: StopByEntropyOptions = {},
): DraftLengthController {
  const { gamma = 0.2, targetAcceptance = 0.9 } = options;
  let { threshold = 0 } = options;
  if (!(gamma > 0 && Number.isFinite(gamma))) {
    throw new InvalidArgumentError(`gamma must be above 0, not ${gamma}.`);
  }
  for (const [name, value] of Object.entries({ threshold, targetAcceptance })) {
    if (!(value >= 0 && value <= 1))
      throw new InvalidArgumentError(`${name} must be from 0 to 1, not ${value}.`);
  }
  let acceptance = targetAcceptance;
  return {
    name: `${controller.name}, by entropy`,
    begin: (start) => controller.begin?.(start),
    next: (limit) => controller.next(limit),
    shouldStop(drafted) {
      const inner = controller.shouldStop?.(drafted) === true;
      if (drafted.modelLaw === undefined) return inner;
      return inner || 1 - Math.sqrt(gamma * entropyOf(drafted.modelLaw())) < threshold;
    },
    observe(round) {
      controller.observe(round);
      if (round.draftedCount === 0) return;
      acceptance =
        acceptanceMemory * acceptance + ((1 - acceptanceMemory) * round.acceptedCount) / round.draftedCount;
      const moved = threshold + (acceptance < targetAcceptance ? step : -step);
      threshold = Math.max(0, Math.min(1, thresholdMemory * threshold + (1 - thresholdMemory) * moved));
    },
  };
}

/** In nats. */
function entropyOf({ probabilities }: Distribution): number {
  let sum = 0;
  for (const probability of probabilities) if (probability > 0) sum -= probability * Math.log(probability);
  return sum;
}
