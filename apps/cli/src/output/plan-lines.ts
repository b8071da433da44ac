import { formatText, type Plan, type ProfileEnergy } from '@foretoken/planner';
import { promptReadingCost } from '../planning/prompt-reading-cost.js';
import { draftedText } from './drafted-text.js';
import { estimateText } from './estimate-text.js';
import { meterNames } from './meters-text.js';

/**
 * What a plan is and promises, a few lines.
 *
 * @param energy of the profile that it was made from.
 */
export function planLines(plan: Plan, { meters }: ProfileEnergy, output: string): string[] {
  const { drafters, combination, rule, target, predicted, plain, confidence } = plan;
  const { configuration } = target;
  const names = drafters.map((drafter) => `${drafter.name}, ${draftedText(drafter)}`);
  const drafting =
    names.length === 0 ? 'plain decoding' : names.join(combination === 'estimate' ? ' or ' : '; ');
  const percent = `${(100 * confidence).toFixed(0)} %`;
  const lines = [
    `target: ${target.model} as ${formatText(configuration)} on ${configuration.engine}${configuration.threads === null ? '' : `, threads ${configuration.threads}`}${target.isOther ? ' (ANOTHER TARGET than its file)' : ''}`,
    `drafting: ${drafting}${names.length === 0 ? '' : `; verified by ${rule}`}`,
    `predicted: ${estimateText(predicted.speedup)} of plain decoding (${percent}), ${predicted.tokensPerSecond.toFixed(1)} tokens/s against ${plain.tokensPerSecond.toFixed(1)}`,
  ];
  const { readingMilliseconds, plainMilliseconds } = promptReadingCost(plan, drafters);
  // Less weighs nothing in any answer.
  if (readingMilliseconds > plainMilliseconds / 2)
    lines.push(
      `once a text, not in the prediction: drafting reads the prompt, ${readingMilliseconds.toPrecision(2)} ms`,
    );
  if (plan.energy !== null) {
    const { kind, source, joules, plainJoules } = plan.energy;
    lines.push(
      `energy, ${kind === 'measured' ? `measured by ${source}` : `ESTIMATED by the power model ${source}, not measured`}: ${joules.toPrecision(3)} J a token against ${plainJoules.toPrecision(3)}`,
    );
  }
  lines.push(`energy meters: ${meterNames(meters)}`);
  if (plan.memoryBytes !== null) lines.push(`memory: ${(plan.memoryBytes / 1e6).toFixed(1)} MB`);
  lines.push(`written to ${output}`);
  return lines;
}

/** The passes' decisions, a block a pass. */
export function decisionLines({ decisions }: Plan): string[] {
  const lines: string[] = [];
  let last = '';
  for (const { pass, text } of decisions) {
    if (pass !== last) lines.push(`${pass}:`);
    last = pass;
    lines.push(`  ${text}`);
  }
  return lines;
}
