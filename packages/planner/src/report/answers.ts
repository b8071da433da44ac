import type { Plan } from '../plan/plan-schema.js';
import { formatText, ratio, ratioWithInterval } from '../passes/texts.js';
import { bestPrediction } from './best-prediction.js';
import type { FrontierPoint } from './frontier.js';

/** Which models should be paired, and what that does to accuracy and efficiency: a few sentences. */
export function answers(plan: Plan, points: readonly FrontierPoint[]): string[] {
  return [pairing(plan), accuracy(plan, points), efficiency(plan, points)];
}

function pairing({ target, drafters, combination, alternatives }: Plan): string {
  const { model } = target;
  const names = drafters.map(({ name }) => name);
  const others = alternatives.map((drafter) => {
    const best = bestPrediction(drafter);
    return best === undefined
      ? `${drafter.name} does not pay`
      : `${drafter.name} alone would give ${ratio(best.speedup.estimate)}`;
  });
  const compared = others.length > 0 ? ` Of the others, ${others.join(', ')}.` : '';
  if (names.length === 0) return `Which models should be paired? None: ${model} is fastest alone.${compared}`;
  const together =
    combination === 'estimate' ? `${names.join(' and ')}, whichever promises more in a round` : names[0];
  return `Which models should be paired? ${model} with ${together}.${compared}`;
}

function accuracy({ rule, target, drafters }: Plan, points: readonly FrontierPoint[]): string {
  const other = target.isOther
    ? ` The target runs as ${formatText(target.configuration)}, which is another target than its file: that is where accuracy may be lost.`
    : '';
  const nothing =
    drafters.length === 0
      ? 'What does that do to accuracy? Nothing changes.'
      : `What does that do to accuracy? Nothing: the rule ${rule} keeps the distribution of the target, so quality is that of the target alone.`;
  const large = points.find(({ kind }) => kind === 'large model only')?.quality;
  const small = points.find(({ kind, quality }) => kind === 'small model only' && quality !== undefined);
  const lost =
    large === undefined || small?.quality === undefined
      ? ''
      : ` ${small.name} alone solved ${small.quality.solved} of ${small.quality.tasks} tasks, where the target solved ${large.solved}, and what it writes has a perplexity of ${small.quality.perplexity.toFixed(2)} under the target instead of ${large.perplexity.toFixed(2)}.`;
  return `${nothing}${other}${lost}`;
}

function efficiency(
  { predicted, plain, energy, confidence }: Plan,
  points: readonly FrontierPoint[],
): string {
  const speed = `What does that do to efficiency? ${ratioWithInterval(predicted.speedup)} the speed of plain decoding is predicted (${percent(confidence)} interval): ${predicted.tokensPerSecond.toFixed(1)} tokens/s instead of ${plain.tokensPerSecond.toFixed(1)}.`;
  const small = points
    .filter(({ kind }) => kind === 'small model only')
    .map(
      ({ name, millisecondsPerToken }) =>
        `${name} alone would have ${(1000 / millisecondsPerToken).toFixed(1)}`,
    );
  const alone = small.length > 0 ? ` ${small.join(', ')}.` : '';
  const joules =
    energy === null
      ? ' Energy was not measured, so nothing is said of it.'
      : ` A token takes ${energy.joules.toPrecision(3)} J instead of ${energy.plainJoules.toPrecision(3)}, ${energy.kind === 'measured' ? `measured by ${energy.source}` : `estimated by a power model (${energy.source}) and not measured`}.`;
  return `${speed}${alone}${joules}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
