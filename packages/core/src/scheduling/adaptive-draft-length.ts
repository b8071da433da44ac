import { AcceptanceEstimate } from './acceptance-estimate.js';
import { chooseDraftLength, type LengthChoice } from './choose-draft-length.js';
import type { DraftLengthController, RoundMeasurement } from './draft-length-controller.js';
import { type PassCostCurve, passCost } from './pass-cost-curve.js';

export interface AdaptiveDraftLengthOptions {
  /** The target's measured pass costs. */
  readonly targetCosts: PassCostCurve;
  /** The draft model's measured pass costs; undefined where drafting costs nothing (prompt lookup). */
  readonly draftCosts?: PassCostCurve | undefined;
  /** Longest draft; default 15. */
  readonly maximumLength?: number | undefined;
  /** Acceptance to start from, 0 to 1; default 0.6. */
  readonly priorAcceptance?: number | undefined;
}

/** Drafting must promise this much before it is used: costs are estimates, plain decoding is certain. */
const requiredGain = 1.02;
/** Rounds without drafting between probes: doubled after a rejected probe, halved after an accepted one. */
const shortestProbe = 2;
const firstProbe = 16;
const longestProbe = 256;

/** An adaptive controller, with a view into what it would choose now. */
export interface AdaptiveDraftLength extends DraftLengthController {
  /** The choice under the present estimates, with the arithmetic behind it. */
  choice(limit?: number): LengthChoice;
}

/**
 * Chooses the length with the most expected tokens per millisecond from measured pass costs and the
 * acceptance seen so far. Where nothing pays it does not draft, and probes now and then, more and more
 * rarely, whether that has changed.
 */
export function createAdaptiveDraftLength(options: AdaptiveDraftLengthOptions): AdaptiveDraftLength {
  const { targetCosts, draftCosts, maximumLength = 15, priorAcceptance = 0.6 } = options;
  const acceptance = new AcceptanceEstimate({ priorMean: priorAcceptance, priorWeight: 4, memory: 24 });
  const roundCost = (length: number): number =>
    passCost(targetCosts, length + 1) + (draftCosts === undefined ? 0 : draftingCost(draftCosts, length));
  let plainRounds = 0;
  let probeAfter = firstProbe;
  let probing = false;

  const choice = (limit: number = maximumLength): LengthChoice =>
    chooseDraftLength(Math.min(limit, maximumLength), (position) => acceptance.at(position), roundCost);

  return {
    name: 'adaptive',
    choice,
    next(limit) {
      const { length, expectedGain } = choice(limit);
      if (expectedGain >= requiredGain) {
        probeAfter = firstProbe;
        plainRounds = 0;
        probing = false;
        return length;
      }
      plainRounds += 1;
      if (plainRounds <= probeAfter) return 0;
      plainRounds = 0;
      probing = true;
      return Math.min(limit, 1);
    },
    observe({ draftedCount, acceptedCount }: RoundMeasurement) {
      if (draftedCount === 0) return;
      acceptance.observe(draftedCount, acceptedCount);
      if (!probing) return;
      probing = false;
      probeAfter =
        acceptedCount > 0 ? Math.max(shortestProbe, probeAfter / 2) : Math.min(2 * probeAfter, longestProbe);
    },
  };
}

/** A draft of `length` tokens takes as many passes; the first also reads the last correction or bonus. */
function draftingCost(curve: PassCostCurve, length: number): number {
  return length === 0 ? 0 : passCost(curve, 2) + (length - 1) * passCost(curve, 1);
}
