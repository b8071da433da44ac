import type { Failure } from './verdict.js';

export interface Symptom {
  readonly layer: Failure['layer'];
  readonly position: number | undefined;
  /** Mean place of the first wrong token in the order of draft / target, in standard errors; undefined: unknown. */
  readonly lean: number | undefined;
  /** Whether the rule's proof by enumeration holds. */
  readonly ruleHolds: boolean;
  /** Whether layers before this one found nothing for the same subject. */
  readonly earlierLayersHold: boolean;
  /** Whether the distance that is proven is no more than the engine's rounding (layer 3) explains. */
  readonly withinRounding: boolean;
}

/** Standard errors from which a lean is one. */
const clearLean = 4;

/** The most likely cause of a failure: a short table by layer, position and lean. */
export function likelyCause(symptom: Symptom): string {
  const { layer, position, lean, ruleHolds, earlierLayersHold, withinRounding } = symptom;
  switch (layer) {
    case 'enumeration':
      return position === 1 || position === undefined
        ? 'the rule itself: its acceptance test or the residual that it draws corrections from'
        : 'the rule itself, after an accepted token: the row it takes for the bonus token, or how it ends a block';
    case 'tables':
      if (!ruleHolds) return 'the rule itself: its proof by enumeration fails too';
      return position === 1
        ? 'the drafter draws from another distribution than it reports, or random numbers are used twice'
        : 'state between positions or rounds: cache rollback, the history of penalties, or randomness that is not fresh every round';
    case 'rows reused':
      return earlierLayersHold ? drafterOnEngine(position, lean) : 'the same as on the tables';
    case 'own passes':
      if (withinRounding)
        return 'numerics: passes over several tokens round otherwise than passes over one, by as much as this';
      return earlierLayersHold
        ? "the engine's state: rollback, forks or positions of its cache (the same rows without them are right)"
        : 'the same as with rows reused';
    case 'greedy text':
      return earlierLayersHold
        ? "the engine's state: the logits differ by more than rounding between passes over one token and over several"
        : 'the same as in the layers before';
  }
}

function drafterOnEngine(position: number | undefined, lean: number | undefined): string {
  const later =
    position !== undefined && position > 1
      ? ', in a row that only later positions use (bonus row, penalties, or state between rounds)'
      : '';
  if (lean !== undefined && lean < -clearLean)
    return `tokens that the draft favours come out too often: its probabilities are reported too small${later}`;
  if (lean !== undefined && lean > clearLean)
    return `tokens that the draft favours come out too seldom: its probabilities are reported too large, or corrections are not drawn from the residual${later}`;
  return `the drafter or the settings on this engine${later}`;
}
