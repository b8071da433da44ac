import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { AcceptanceEstimate } from './acceptance-estimate.js';
import { chooseDraftLength, type LengthChoice } from './choose-draft-length.js';
import type { DraftLengthController, RoundMeasurement } from './draft-length-controller.js';
import { CostCorrection } from './cost-correction.js';
import type { CostCurve } from './cost-curve.js';
import { ProbeSchedule } from './probe-schedule.js';

export interface AdaptiveDraftLengthOptions {
  /** Measured milliseconds of a round by draft length, from 0 (`measureRoundCosts`). */
  readonly roundCosts: CostCurve;
  /** Longest draft; default: the longest that was measured. */
  readonly maximumLength?: number | undefined;
  /**
   * Rounds without drafting before the first probe, doubled after every probe that changes nothing; default 256,
   * since a draft model first has to read all that it missed. A drafter that costs nothing may be probed sooner.
   */
  readonly firstProbe?: number | undefined;
  /** Acceptance to start from by position, each 0 to 1, given that those before were kept; the last goes on. Default [0.6]. */
  readonly priorAcceptance?: readonly number[] | undefined;
}

/** An adaptive controller, with a view into what it would choose now. */
export interface AdaptiveDraftLength extends DraftLengthController {
  /** The choice under the present estimates, with the arithmetic behind it. */
  choice(limit?: number): LengthChoice;
}

/**
 * Chooses the length with the most expected tokens per millisecond from measured round costs, corrected by what
 * rounds take, and the acceptance seen so far. Where nothing pays it does not draft, and probes now and then, more
 * and more rarely, whether that has changed.
 */
export function createAdaptiveDraftLength(options: AdaptiveDraftLengthOptions): AdaptiveDraftLength {
  const { roundCosts, priorAcceptance = [0.6], firstProbe = 256 } = options;
  if (priorAcceptance.length === 0 || !priorAcceptance.every((value) => value >= 0 && value <= 1)) {
    throw new InvalidArgumentError(
      `priorAcceptance must hold numbers from 0 to 1, at least one, not [${priorAcceptance.join(', ')}].`,
    );
  }
  const maximumLength = options.maximumLength ?? (roundCosts.lengths.at(-1) as number);
  const acceptance = new AcceptanceEstimate({ prior: priorAcceptance, priorWeight: 4, memory: 24 });
  const costs = new CostCorrection(roundCosts);
  const probes = new ProbeSchedule(firstProbe);

  const choice = (limit: number = maximumLength): LengthChoice =>
    chooseDraftLength(
      Math.min(limit, maximumLength),
      (position) => acceptance.at(position),
      (length) => costs.at(length),
    );

  return {
    name: 'adaptive',
    choice,
    next(limit) {
      const { length, expectedGain } = choice(limit);
      const decision = probes.next(expectedGain);
      if (decision === 'draft') return length;
      return decision === 'plain' ? 0 : Math.min(limit, 1);
    },
    observe({ draftedCount, acceptedCount, roundMilliseconds }: RoundMeasurement) {
      if (roundMilliseconds !== undefined) costs.observe(draftedCount, roundMilliseconds);
      if (draftedCount > 0) acceptance.observe(draftedCount, acceptedCount);
    },
  };
}
