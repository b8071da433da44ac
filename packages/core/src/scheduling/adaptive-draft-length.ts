import { AcceptanceEstimate } from './acceptance-estimate.js';
import { chooseDraftLength, type LengthChoice } from './choose-draft-length.js';
import type { DraftLengthController, RoundMeasurement } from './draft-length-controller.js';
import { type CostCurve, costAt } from './cost-curve.js';
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
  /** Acceptance to start from, 0 to 1; default 0.6. */
  readonly priorAcceptance?: number | undefined;
}

/** An adaptive controller, with a view into what it would choose now. */
export interface AdaptiveDraftLength extends DraftLengthController {
  /** The choice under the present estimates, with the arithmetic behind it. */
  choice(limit?: number): LengthChoice;
}

/**
 * Chooses the length with the most expected tokens per millisecond from measured round costs and the
 * acceptance seen so far. Where nothing pays it does not draft, and probes now and then, more and more
 * rarely, whether that has changed.
 */
export function createAdaptiveDraftLength(options: AdaptiveDraftLengthOptions): AdaptiveDraftLength {
  const { roundCosts, priorAcceptance = 0.6, firstProbe = 256 } = options;
  const maximumLength = options.maximumLength ?? (roundCosts.lengths.at(-1) as number);
  const acceptance = new AcceptanceEstimate({ priorMean: priorAcceptance, priorWeight: 4, memory: 24 });
  const probes = new ProbeSchedule(firstProbe);

  const choice = (limit: number = maximumLength): LengthChoice =>
    chooseDraftLength(
      Math.min(limit, maximumLength),
      (position) => acceptance.at(position),
      (length) => costAt(roundCosts, length),
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
    observe({ draftedCount, acceptedCount }: RoundMeasurement) {
      if (draftedCount > 0) acceptance.observe(draftedCount, acceptedCount);
    },
  };
}
