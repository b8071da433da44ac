import { acceptanceByPosition, type ModelConfiguration, type ProfileSetupResult } from '@foretoken/planner';

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
    lines.push(`passes of ${nameOf(configuration)} after ${contextTokens} tokens, ms: ${shown.join(', ')}`);
  }
  for (const { drafter, target, lengths, milliseconds } of profile.roundCosts) {
    const shown = lengths.map((length, index) => `${length}: ${format(milliseconds[index] as number)}`);
    lines.push(`rounds of ${drafter} for ${nameOf(target)} by draft length, ms: ${shown.join(', ')}`);
  }
  for (const entry of profile.acceptance) {
    const shares = acceptanceByPosition(entry).map((share) => share.toFixed(2));
    const used = `${entry.promptsUsed} of ${entry.promptCount} prompts`;
    lines.push(`acceptance of ${entry.drafter} by position, ${used}: ${shares.join(' ')}`);
  }
  for (const { configuration, predicted, measured: used } of profile.memory) {
    const expected = predicted.weights === undefined ? '' : ` (expected ${megabytes(predicted.weights)})`;
    lines.push(
      `memory of ${nameOf(configuration)}: weights ${megabytes(used.weights)}${expected}, cache ${megabytes(used.cache)}, buffers ${megabytes(used.buffers)}`,
    );
  }
  const { meters, unreadable, measured: readings } = profile.energy;
  lines.push(`energy meters: ${meters.length > 0 ? meters.join(', ') : 'none'}`);
  for (const { meter, reason } of unreadable) lines.push(`  ${meter}: ${reason}`);
  for (const { configuration, meter, length, passes, joules } of readings) {
    lines.push(
      `energy of ${nameOf(configuration)} by ${meter}, pass of ${length}: ${(joules / passes).toPrecision(3)} J`,
    );
  }
  lines.push(`${output}: ${measured.length} measured now, ${kept.length} kept, ${left.length} left`);
  if (left.length > 0) lines.push(`left: ${left.join('; ')}; run again to measure them`);
  return lines;
}

function nameOf({ model, engine, threads }: ModelConfiguration): string {
  return `${model} on ${engine}${threads === null ? '' : `, threads ${threads}`}`;
}

function format(milliseconds: number): string {
  return milliseconds.toPrecision(3);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
