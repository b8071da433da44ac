import type { RoundEndEvent } from '@foretoken/core';
import type { AcceptanceEntry, Profile, RoundContexts, ShorterDrafts } from '../../profile/profile-schema.js';
import { AcceptanceCounts } from '../acceptance-counts.js';
import type { ProfileStep } from '../profile-step.js';
import { createRecordingLength } from '../recording-length.js';
import { addRoundContexts, countRoundContexts, noRounds } from '../round-contexts.js';
import { addShorterDrafts, countShorterDrafts } from '../shorter-drafts.js';
import { type DraftingPair, isOnPrompts, pairFields } from './drafting-pair.js';
import { hashPrompts, keptTokens, runPrompt } from './prompt-run.js';

export interface AcceptanceStepOptions {
  readonly prompts: readonly (readonly number[])[];
  /** Tokens that are drafted a round. */
  readonly draftLength: number;
  readonly clock: () => number;
}

/** Acceptance and host cost on prompts. Every prompt that is done counts, and a later run goes on with the next. */
export function acceptanceStep(pair: DraftingPair, options: AcceptanceStepOptions): ProfileStep {
  const { prompts, draftLength } = options;
  const promptsSha256 = hashPrompts(prompts);
  const fields = pairFields(pair);
  const find = (profile: Profile): AcceptanceEntry | undefined =>
    profile.acceptance.find(
      (entry) => isOnPrompts(entry, fields, promptsSha256) && entry.draftLength === draftLength,
    );
  return {
    name: `acceptance of ${pair.drafter.name}`,
    weight: 4,
    isDone: (profile) => find(profile)?.promptsUsed === prompts.length,
    async measure(profile, milliseconds, signal) {
      const started = options.clock();
      let entry = find(profile);
      for (let index = entry?.promptsUsed ?? 0; index < prompts.length; index++) {
        const run = await countPrompt(pair, index, options, signal);
        if (run === undefined) return;
        if (entry === undefined) {
          const shared = { draftLength, promptsSha256, promptCount: prompts.length, promptsUsed: 0 };
          const contexts = { plain: noRounds, drafting: [] };
          const promptReading = { texts: 0, milliseconds: 0 };
          const counted = {
            positions: [],
            histories: [],
            shorter: [],
            contexts,
            promptReading,
            hostCosts: [],
          };
          entry = { ...fields, ...shared, ...counted };
          profile.acceptance.push(entry);
        }
        const counts = new AcceptanceCounts(entry);
        counts.add(run);
        Object.assign(entry, counts.counts());
        // Where an older file has none of these, nothing is known of its prompts.
        if (entry.shorter !== undefined) entry.shorter = addShorterDrafts(entry.shorter, run.shorter);
        if (entry.contexts !== undefined) entry.contexts = addRoundContexts(entry.contexts, run.contexts);
        if (entry.promptReading !== undefined) {
          entry.promptReading.texts += 1;
          entry.promptReading.milliseconds += run.readingMilliseconds;
        }
        entry.hostCosts = addHostCosts(entry.hostCosts, run.hostCosts);
        entry.promptsUsed += 1;
        if (options.clock() - started > milliseconds) return;
      }
    },
  };
}

interface Run extends Pick<AcceptanceEntry, 'positions' | 'histories' | 'hostCosts'> {
  readonly shorter: ShorterDrafts[];
  readonly contexts: RoundContexts;
  readonly readingMilliseconds: number;
}

/** Decodes after one prompt; undefined where it was interrupted. */
async function countPrompt(
  { target, drafter, sampling, rule }: DraftingPair,
  index: number,
  { prompts, draftLength, clock }: AcceptanceStepOptions,
  signal: AbortSignal | undefined,
): Promise<Run | undefined> {
  const counts = new AcceptanceCounts();
  const rounds: RoundEndEvent[] = [];
  let hostCosts: AcceptanceEntry['hostCosts'] = [];
  const length = createRecordingLength(draftLength, counts);
  const prompt = prompts[index] as readonly number[];
  const done = await runPrompt(
    { target: target.model, drafter, sampling, rule, clock, signal, draftLength: length },
    prompt,
    index,
    (event) => {
      rounds.push(event);
      const { draftedCount, roundMilliseconds, draftMilliseconds, passMilliseconds } = event;
      const host =
        (roundMilliseconds as number) - (draftMilliseconds as number) - (passMilliseconds as number);
      hostCosts = addHostCosts(hostCosts, [{ draftedCount, rounds: 1, milliseconds: Math.max(0, host) }]);
    },
  );
  if (!done) return undefined;
  return {
    ...counts.counts(),
    shorter: countShorterDrafts(rounds, draftLength),
    contexts: countRoundContexts(rounds, draftLength, keptTokens(target.model, prompt)),
    readingMilliseconds: readingOf(rounds),
    hostCosts,
  };
}

/** Milliseconds that the first of a text's rounds drafts longer than the later ones; 0 where there are none. */
function readingOf(rounds: readonly RoundEndEvent[]): number {
  const [first, ...later] = rounds.map(({ draftMilliseconds }) => draftMilliseconds as number);
  if (first === undefined || later.length === 0) return 0;
  return first - later.reduce((sum, milliseconds) => sum + milliseconds, 0) / later.length;
}

function addHostCosts(
  left: AcceptanceEntry['hostCosts'],
  right: AcceptanceEntry['hostCosts'],
): AcceptanceEntry['hostCosts'] {
  const sums = new Map(left.map((cost) => [cost.draftedCount, cost]));
  for (const { draftedCount, rounds, milliseconds } of right) {
    const sum = sums.get(draftedCount) ?? { draftedCount, rounds: 0, milliseconds: 0 };
    sums.set(draftedCount, {
      draftedCount,
      rounds: sum.rounds + rounds,
      milliseconds: sum.milliseconds + milliseconds,
    });
  }
  return [...sums.values()].toSorted((first, second) => first.draftedCount - second.draftedCount);
}
