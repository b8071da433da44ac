import { ProfileFileError } from '../errors/profile-file-error.js';
import { type ModelConfiguration, type Profile, profileSchema, profileVersion } from './profile-schema.js';

/** Problems of a broken file that its error names. */
const mostProblems = 3;

/**
 * A profile from the text of a file.
 *
 * @throws ProfileFileError for text that is not JSON, a document of another kind or version, and values that no
 *   measurement gives; the message says where.
 */
export function parseProfile(text: string, file: string): Profile {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw broken(file, [`it is not JSON (${(error as Error).message})`], error);
  }
  const { format, version } = (document ?? {}) as { format?: unknown; version?: unknown };
  if (format === 'foretoken-profile' && version !== profileVersion) {
    throw new ProfileFileError(
      `${file} is a profile of version ${JSON.stringify(version)}, and this program reads version ${profileVersion}: measure anew into another file.`,
      { file },
    );
  }
  const { profile, problems, cause } = checkProfile(document);
  if (profile === undefined) throw broken(file, problems, cause);
  return profile;
}

/** A document as a profile, or the problems that make it none, each with its place. */
export function checkProfile(document: unknown): {
  readonly profile: Profile | undefined;
  readonly problems: readonly string[];
  readonly cause: unknown;
} {
  const { success, data, error } = profileSchema.safeParse(document);
  if (!success) {
    const problems = error.issues.map(
      ({ path, message }) => `${path.join('.') || 'the document'}: ${message}`,
    );
    return { profile: undefined, problems, cause: error };
  }
  const problems = findContradictions(data);
  return { profile: problems.length > 0 ? undefined : data, problems, cause: undefined };
}

/** What no schema says: lists that belong together, models that are named. */
function findContradictions(profile: Profile): string[] {
  const problems: string[] = [];
  const checkModel = (place: string, configuration: ModelConfiguration | null): void => {
    if (configuration !== null && profile.models[configuration.model] === undefined)
      problems.push(`${place}: the model "${configuration.model}" is not among models`);
  };
  const checkCurve = (place: string, lengths: readonly number[], milliseconds: readonly number[]): void => {
    if (lengths.length !== milliseconds.length)
      problems.push(`${place}: ${lengths.length} lengths and ${milliseconds.length} milliseconds`);
    if (lengths.some((length, index) => index > 0 && length <= (lengths[index - 1] as number)))
      problems.push(`${place}.lengths: not ascending`);
  };
  for (const [index, { configuration, lengths, milliseconds }] of profile.passCosts.entries()) {
    checkModel(`passCosts.${index}`, configuration);
    checkCurve(`passCosts.${index}`, lengths, milliseconds);
  }
  for (const [index, { target, draft, lengths, milliseconds }] of profile.roundCosts.entries()) {
    for (const configuration of [target, draft]) checkModel(`roundCosts.${index}`, configuration);
    checkCurve(`roundCosts.${index}`, lengths, milliseconds);
  }
  for (const [
    index,
    { target, draft, draftLength, positions, histories, shorter = [], contexts, promptsUsed, promptCount },
  ] of profile.acceptance.entries()) {
    const place = `acceptance.${index}`;
    for (const configuration of [target, draft]) checkModel(place, configuration);
    if (promptsUsed > promptCount) problems.push(`${place}: ${promptsUsed} of ${promptCount} prompts used`);
    const cells = [...positions.flat(), ...histories.flatMap(({ bins }) => bins)];
    if (cells.some(({ reached, accepted }) => accepted > reached))
      problems.push(`${place}: more tokens accepted than reached`);
    if (total(positions.flat()) !== total(histories.flatMap(({ bins }) => bins)))
      problems.push(`${place}: positions and histories do not count the same tokens`);
    for (const [shorterIndex, { reached, accepted, drafted }] of shorter.entries()) {
      const wanted = shorterIndex + 1;
      const lengths = [reached.length, accepted.length, drafted.length - 1];
      if (wanted >= draftLength || lengths.some((length) => length !== wanted))
        problems.push(`${place}.shorter.${shorterIndex}: not of drafts of ${wanted} tokens`);
      if (accepted.some((tokens, position) => tokens > (reached[position] ?? 0)))
        problems.push(`${place}.shorter.${shorterIndex}: more tokens accepted than reached`);
    }
    const { drafting } = contexts ?? {};
    if (
      drafting !== undefined &&
      (drafting.length !== draftLength ||
        drafting.some((rounds, lengthIndex) => rounds.length !== lengthIndex + 2))
    )
      problems.push(`${place}.contexts: not of drafts of 1 to ${draftLength} tokens`);
  }
  for (const [index, { target, draft }] of (profile.roundsInTexts ?? []).entries())
    for (const configuration of [target, draft]) checkModel(`roundsInTexts.${index}`, configuration);
  for (const [index, { configuration }] of profile.treePasses.entries())
    checkModel(`treePasses.${index}`, configuration);
  for (const [index, { target, draft }] of (profile.treeRounds ?? []).entries())
    for (const configuration of [target, draft]) checkModel(`treeRounds.${index}`, configuration);
  for (const [index, { target, lengths, milliseconds }] of (profile.headPasses ?? []).entries()) {
    checkModel(`headPasses.${index}`, target);
    checkCurve(`headPasses.${index}`, lengths, milliseconds);
  }
  for (const [
    index,
    { target, draft, ranks, promptsUsed, promptCount },
  ] of profile.treeAcceptance.entries()) {
    const place = `treeAcceptance.${index}`;
    for (const configuration of [target, draft]) checkModel(place, configuration);
    if (promptsUsed > promptCount) problems.push(`${place}: ${promptsUsed} of ${promptCount} prompts used`);
    if (ranks.flat().some(({ reached, accepted }) => accepted > reached))
      problems.push(`${place}: more tokens accepted than reached`);
  }
  for (const [index, { configuration }] of profile.memory.entries())
    checkModel(`memory.${index}`, configuration);
  for (const [index, { head }] of (profile.headMemory ?? []).entries()) {
    if (profile.models[head] === undefined)
      problems.push(`headMemory.${index}: the head "${head}" is not among models`);
  }
  const energies = [...profile.energy.measured, ...profile.energy.estimated];
  for (const { configuration } of energies) checkModel('energy', configuration);
  return problems;
}

function total(cells: readonly { readonly reached: number }[]): number {
  return cells.reduce((sum, { reached }) => sum + reached, 0);
}

function broken(file: string, problems: readonly string[], cause?: unknown): ProfileFileError {
  const more = problems.length > mostProblems ? ` and ${problems.length - mostProblems} more` : '';
  return new ProfileFileError(
    `${file} is not a whole profile: ${problems.slice(0, mostProblems).join('; ')}${more}. Delete it and measure anew, or give another file.`,
    { file, cause },
  );
}
