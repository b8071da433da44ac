import {
  acceptanceByHistory,
  acceptanceByPosition,
  costSteps,
  formatText,
  type MemoryEntry,
  type ModelConfiguration,
  type ProfileSetupResult,
} from '@foretoken/planner';
import { meterNames } from './meters-text.js';

/** Pass lengths that a summary shows. */
const shownLengths = [1, 2, 4, 8, 16, 32, 64];

/** What a profile says, a line for every measurement of the models now profiled. */
export function profileLines(
  { profile, kept, measured, left }: ProfileSetupResult,
  output: string,
): string[] {
  const lines: string[] = [];
  for (const { configuration, contextTokens, lengths, milliseconds } of profile.passCosts) {
    const shown = lengths.flatMap((length, index) =>
      shownLengths.includes(length) ? [`${length}: ${format(milliseconds[index] as number)}`] : [],
    );
    const steps = costSteps({ lengths, milliseconds });
    lines.push(
      `passes of ${nameOf(configuration)} after ${contextTokens} tokens, ms: ${shown.join(', ')}${steps.length === 0 ? '' : `; steps after ${steps.join(', ')}`}`,
    );
  }
  for (const { drafter, target, draft, lengths, milliseconds } of profile.roundCosts) {
    const shown = lengths.map((length, index) => `${length}: ${format(milliseconds[index] as number)}`);
    lines.push(
      `rounds of ${drafter}${pairOf({ draft })} for ${nameOf(target)} by draft length, ms: ${shown.join(', ')}`,
    );
  }
  for (const entry of profile.acceptance) {
    const shares = acceptanceByPosition(entry).map((share) => share.toFixed(2));
    const used = `${entry.promptsUsed} of ${entry.promptCount} prompts`;
    lines.push(`acceptance of ${entry.drafter}${pairOf(entry)} by position, ${used}: ${shares.join(' ')}`);
    const histories = [...acceptanceByHistory(entry)]
      .filter(([outcomes]) => outcomes.length === 4)
      .map(([outcomes, share]) => `${outcomes} ${share.toFixed(2)}`);
    if (histories.length > 0) lines.push(`  by the last four outcomes: ${histories.join(', ')}`);
  }
  for (const { configuration, contextTokens, trees } of profile.treePasses) {
    const ratios = trees.map(
      ({ widths, milliseconds, chainMilliseconds }) =>
        `${widths.join(',')}: ${(milliseconds / chainMilliseconds).toFixed(2)}`,
    );
    lines.push(
      ratios.length === 0
        ? `tree passes of ${nameOf(configuration)}: it reads no trees`
        : `tree passes of ${nameOf(configuration)} after ${contextTokens} tokens, of a chain's time: ${ratios.join('; ')}`,
    );
  }
  for (const { drafter, target, draft, plain, trees } of profile.treeRounds ?? []) {
    const shown = trees.map(
      ({ widths, milliseconds, rounds }) =>
        `${widths.join(',')}: ${((milliseconds / rounds / plain.milliseconds) * plain.rounds).toFixed(2)}`,
    );
    lines.push(
      `rounds with trees of ${drafter}${pairOf({ draft })} for ${nameOf(target)} in texts, of a plain round's time: ${shown.join('; ')}`,
    );
  }
  for (const { head, target, lengths, milliseconds } of profile.headPasses ?? []) {
    const shown = lengths.flatMap((length, index) =>
      shownLengths.includes(length) ? [`${length}: ${format(milliseconds[index] as number)}`] : [],
    );
    lines.push(`passes of ${head} for ${nameOf(target)}, ms: ${shown.join(', ')}`);
  }
  for (const { drafter, widths, ranks, promptsUsed, promptCount } of profile.treeAcceptance) {
    const shares = ranks.map((cells) =>
      cells.map(({ reached, accepted }) => (accepted / reached).toFixed(2)).join(' '),
    );
    lines.push(
      `acceptance of ${drafter} in trees ${widths.join(',')} by rank, level by level, ${promptsUsed} of ${promptCount} prompts: ${shares.join('; ')}`,
    );
  }
  for (const entry of profile.memory)
    lines.push(`memory of ${nameOf(entry.configuration)}: ${memoryText(entry)}`);
  for (const entry of profile.headMemory ?? []) lines.push(`memory of ${entry.head}: ${memoryText(entry)}`);
  const { meters, unreadable, measured: readings, estimated } = profile.energy;
  lines.push(`energy meters: ${meterNames(meters)}`);
  for (const { meter, reason } of unreadable) lines.push(`  ${meter}: ${reason}`);
  for (const { configuration, meter, length, passes, joules } of readings) {
    lines.push(
      `energy of ${nameOf(configuration)} by ${meter}, pass of ${length}: ${(joules / passes).toPrecision(3)} J`,
    );
  }
  for (const { configuration, powerModel, length, passes, joules } of estimated) {
    lines.push(
      `energy of ${nameOf(configuration)} ESTIMATED by ${powerModel}, not measured, pass of ${length}: ${(joules / passes).toPrecision(3)} J`,
    );
  }
  lines.push(`${output}: ${measured.length} measured now, ${kept.length} kept, ${left.length} left`);
  if (left.length > 0) lines.push(`left: ${left.join('; ')}; run again to measure them`);
  return lines;
}

function nameOf(configuration: ModelConfiguration): string {
  const { model, engine, threads } = configuration;
  return `${model} ${formatText(configuration)} on ${engine}${threads === null ? '' : `, threads ${threads}`}`;
}

function memoryText({ predicted, measured }: Pick<MemoryEntry, 'predicted' | 'measured'>): string {
  const parts = (['weights', 'cache', 'buffers'] as const).map((part) => {
    const { [part]: bytes } = predicted;
    return `${part} ${megabytes(measured[part])}${bytes === undefined ? '' : ` (expected ${megabytes(bytes)})`}`;
  });
  return parts.join(', ');
}

/** The draft model's formats, where a model drafts. */
function pairOf({ draft }: { readonly draft: ModelConfiguration | null }): string {
  return draft === null ? '' : ` ${formatText(draft)}`;
}

function format(milliseconds: number): string {
  return milliseconds.toPrecision(3);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
