import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { AcceptancePredictor } from './predictors/acceptance-predictor.js';
import { constantAcceptance } from './constant-acceptance.js';
import { CostCorrection } from './cost-correction.js';
import type { CostCurve } from './cost-curve.js';
import { DraftConfidences } from './draft-confidences.js';
import type { DraftLengthController } from './draft-length-controller.js';
import { type LengthTable, validateLengthTable } from './length-table.js';
import { ProbeSchedule } from './probe-schedule.js';

export interface TableDraftLengthOptions {
  readonly table: LengthTable;
  /** A fresh one: it is told of every draft. */
  readonly predictor: AcceptancePredictor;
  /**
   * How far acceptance must be beyond the bound of another state before the controller moves there, as a share of the
   * way from the bound to 1 or to 0; 0 to below 1, default 0.1.
   */
  readonly hysteresis?: number | undefined;
  /**
   * Rounds without drafting before the first probe, doubled after every probe that changes nothing; default 256, since a
   * draft model first has to read all that it missed.
   */
  readonly firstProbe?: number | undefined;
  /**
   * Measured milliseconds of a round by draft length, from 0. Where there are some, they are corrected by what rounds
   * take now, and a length of the table that no longer pays is not drafted.
   */
  readonly roundCosts?: CostCurve | undefined;
}

/** A controller of pre-computed settings, with a view into where it stands. */
export interface TableDraftLength extends DraftLengthController {
  /** Index of the present state of the table. */
  readonly state: number;
}

/**
 * Moves among the draft lengths of a table by the acceptance that the predictor expects: the run-time part of a plan. In
 * a state that says not to draft, and where drafting no longer pays, it probes now and then, more and more rarely, with
 * one token.
 *
 * @throws InvalidArgumentError for a table that `validateLengthTable` refuses, or a hysteresis outside 0 to below 1.
 */
export function createTableDraftLength(options: TableDraftLengthOptions): TableDraftLength {
  const { table, predictor, hysteresis = 0.1, firstProbe = 256, roundCosts } = options;
  validateLengthTable(table);
  if (!(hysteresis >= 0 && hysteresis < 1)) {
    throw new InvalidArgumentError(`hysteresis must be from 0 to below 1, not ${hysteresis}.`);
  }
  const { acceptance: bounds, lengths } = table;
  const longest = Math.max(1, ...lengths);
  const costs = roundCosts && new CostCorrection(roundCosts);
  const probes = new ProbeSchedule(firstProbe);
  const confidences = new DraftConfidences();
  const expectedAcceptance = (): number =>
    constantAcceptance(longest, (position) => predictor.predict(position));
  let state = stateOf(bounds, expectedAcceptance());

  const expectedGain = (length: number): number => {
    if (length === 0) return 1;
    if (costs === undefined) return Number.POSITIVE_INFINITY;
    let survival = 1;
    let committed = 1;
    for (let position = 0; position < length; position++)
      committed += survival *= predictor.predict(position);
    return (committed * costs.at(0)) / costs.at(length);
  };

  return {
    name: 'planned',
    get state() {
      return state;
    },
    begin() {
      predictor.beginText?.();
    },
    next(limit) {
      confidences.begin();
      const length = Math.min(limit, lengths[state] as number);
      const decision = probes.next(expectedGain(length));
      if (decision === 'draft') return length;
      return decision === 'plain' ? 0 : Math.min(limit, 1);
    },
    shouldStop(drafted) {
      confidences.add(drafted);
      return false;
    },
    observe({ draftedCount, acceptedCount, roundMilliseconds }) {
      if (roundMilliseconds !== undefined) costs?.observe(draftedCount, roundMilliseconds);
      if (draftedCount === 0) return;
      predictor.update({ draftedCount, acceptedCount, confidences: confidences.values });
      const acceptance = expectedAcceptance();
      while (state + 1 < bounds.length && acceptance >= towards(1, bounds[state + 1] as number, hysteresis))
        state += 1;
      while (state > 0 && acceptance < towards(0, bounds[state] as number, hysteresis)) state -= 1;
    },
  };
}

function stateOf(bounds: readonly number[], acceptance: number): number {
  return bounds.findLastIndex((bound) => bound <= acceptance);
}

function towards(end: number, bound: number, share: number): number {
  return bound + share * (end - bound);
}
