import { createHash } from 'node:crypto';
import { encodePrompt, generate, type Tokenizer } from '@foretoken/core';
import type { AcceptanceEntry, Profile } from '../../profile/profile-schema.js';
import { AcceptanceCounts } from '../acceptance-counts.js';
import type { ProfileStep } from '../profile-step.js';
import { createRecordingLength } from '../recording-length.js';
import { type DraftingPair, isOfPair, pairFields } from './drafting-pair.js';

/** Tokens that are decoded after each prompt. */
const tokensPerPrompt = 64;

export interface AcceptanceStepOptions {
  readonly prompts: readonly string[];
  /** Tokens that are drafted a round. */
  readonly draftLength: number;
  readonly clock: () => number;
}

/** Acceptance and host cost on prompts. Every prompt that is done counts, and a later run goes on with the next. */
export function acceptanceStep(pair: DraftingPair, options: AcceptanceStepOptions): ProfileStep {
  const { prompts, draftLength } = options;
  const promptsSha256 = createHash('sha256').update(JSON.stringify(prompts)).digest('hex');
  const fields = pairFields(pair);
  const find = (profile: Profile): AcceptanceEntry | undefined =>
    profile.acceptance.find(
      (entry) =>
        isOfPair(entry, fields) && entry.draftLength === draftLength && entry.promptsSha256 === promptsSha256,
    );
  return {
    name: `acceptance of ${pair.drafter.name}`,
    weight: 4,
    isDone: (profile) => find(profile)?.promptsUsed === prompts.length,
    async measure(profile, milliseconds, signal) {
      const started = options.clock();
      let entry = find(profile);
      for (let index = entry?.promptsUsed ?? 0; index < prompts.length; index++) {
        const run = await runPrompt(pair, index, options, signal);
        if (run === undefined) return;
        if (entry === undefined) {
          const shared = { draftLength, promptsSha256, promptCount: prompts.length, promptsUsed: 0 };
          entry = { ...fields, ...shared, positions: [], hostCosts: [] };
          profile.acceptance.push(entry);
        }
        const counts = new AcceptanceCounts(entry.positions);
        counts.add(run.positions);
        entry.positions = counts.positions();
        entry.hostCosts = addHostCosts(entry.hostCosts, run.hostCosts);
        entry.promptsUsed += 1;
        if (options.clock() - started > milliseconds) return;
      }
    },
  };
}

type Run = Pick<AcceptanceEntry, 'positions' | 'hostCosts'>;

/** Decodes after one prompt; undefined where it was interrupted. */
async function runPrompt(
  { target, drafter, sampling, rule }: DraftingPair,
  index: number,
  { prompts, draftLength, clock }: AcceptanceStepOptions,
  signal: AbortSignal | undefined,
): Promise<Run | undefined> {
  const { model } = target;
  const maximumTokens = Math.min(tokensPerPrompt, model.contextLength >> 1);
  const prompt = fitting(model.tokenizer, prompts[index] as string, model.contextLength - maximumTokens);
  const counts = new AcceptanceCounts();
  let hostCosts: AcceptanceEntry['hostCosts'] = [];
  for await (const event of generate({
    target: model,
    drafter,
    sampling,
    rule,
    prompt,
    maximumTokens,
    clock,
    signal,
    // With the same draws after every prompt the runs would say little more than one.
    request: index,
    draftLength: createRecordingLength(draftLength, counts),
    ignoreEndTokens: true,
  })) {
    if (event.type === 'drafter-failed') throw event.error;
    if (event.type === 'generation-end' && event.finishReason === 'cancelled') return undefined;
    if (event.type !== 'round-end') continue;
    const { draftedCount, roundMilliseconds, draftMilliseconds, passMilliseconds } = event;
    const host = (roundMilliseconds as number) - (draftMilliseconds as number) - (passMilliseconds as number);
    hostCosts = addHostCosts(hostCosts, [{ draftedCount, rounds: 1, milliseconds: Math.max(0, host) }]);
  }
  return { positions: counts.positions(), hostCosts };
}

/** The last tokens of a prompt that is too long. */
function fitting(tokenizer: Tokenizer, text: string, room: number): number[] {
  return encodePrompt(tokenizer, text).slice(-room);
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
