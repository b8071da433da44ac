import {
  createCombinedDrafter,
  createLogitsTransform,
  createRequestRandom,
  type Draft,
  type DraftContext,
  type Drafter,
  type DraftLengthController,
  oneHot,
} from '@foretoken/core';
import type { RecordedDraft, RecordedDrafter, RecordedText } from './acceptance-traces.js';
import { draftedToken, type Replay, type RoundCost } from './replay.js';

export interface ScheduleCosts {
  /** Milliseconds of a round by drafted tokens, for each drafter. */
  readonly cost: Readonly<Record<RecordedDrafter, RoundCost>>;
  /** Milliseconds in which the draft model drafts a token, a part of those. */
  readonly perToken: number;
  /** Milliseconds that the draft model takes to read tokens it missed. */
  readonly catchUp: (missed: number) => number;
  /** Of the draft model's weights, over the target's. */
  readonly relativeSize: number | undefined;
  /** Most tokens that a text may have, where it can end before; default: its own. */
  readonly maximumTokens?: number;
}

/** What no recorded text has: texts have the numbers of their places as tokens. */
const wrongToken = 1e9;

/**
 * Decodes recorded texts, one after the other, with prompt lookup and the draft model under one schedule, kept from text to text, on a clock that moves by
 * the rounds' costs. Drafter and schedule are those of `foretoken --draft prompt-lookup+FILE`; what they draft is recorded.
 */
export async function replaySchedule(
  texts: readonly RecordedText[],
  { cost, perToken, catchUp, relativeSize, maximumTokens }: ScheduleCosts,
): Promise<Replay[]> {
  /** Tokens that each drafter that was asked drafted in the round. */
  const asked = new Map<RecordedDrafter, number>();
  let text = texts[0] as RecordedText;
  const { window } = text;
  const recorded = (name: RecordedDrafter): Drafter => ({
    name,
    isFree: name === 'prompt-lookup',
    window: window[name],
    relativeSize,
    ...(name === 'prompt-lookup' ? { expectedAcceptance: 0.9 } : {}),
    propose: async (context, budget) => {
      const draft = recordedDraft(name, text, context, budget.maximumTokens);
      asked.set(name, draft.tokens.length);
      return draft;
    },
    observe: () => undefined,
    close: async () => undefined,
  });
  const drafter = createCombinedDrafter({
    drafters: [recorded('prompt-lookup'), recorded('model')],
    combination: 'estimate',
  });
  const schedule = drafter.draftLength as DraftLengthController;
  const random = createRequestRandom({ seed: 0 });
  const transform = createLogitsTransform({ temperature: 0 }, 1);
  const replayed: Replay[] = [];
  for (text of texts) {
    const total = { tokens: 0, milliseconds: 0, rounds: 0, drafted: 0 };
    const { promptLength } = text;
    const length = text.drafts.model.length;
    const history = Array.from({ length: promptLength }, (_, place) => place);
    let [at, missed] = [0, Math.min(promptLength, window.model)];
    const most = maximumTokens ?? length;
    schedule.begin?.({ promptLength, maximumTokens: most });
    while (at < length) {
      const limit = most - at - 1;
      const askedLength = limit === 0 ? 0 : schedule.next(limit);
      asked.clear();
      const context = {
        tokens: history,
        promptLength,
        transform,
        random: random.round(promptLength + at),
        targetHiddenRows: undefined,
        shouldStop: schedule.shouldStop,
        signal: undefined,
      };
      const { tokens, drafters } =
        askedLength === 0
          ? { tokens: [], drafters: [] }
          : await drafter.propose(context, { maximumTokens: askedLength, maximumLeaves: 1 });
      const wrong = tokens.findIndex((token, node) => token !== promptLength + at + node);
      const accepted = wrong < 0 ? tokens.length : wrong;
      const committed = Array.from({ length: accepted + 1 }, (_, place) => promptLength + at + place);
      history.push(...committed);
      if (askedLength > 0)
        drafter.observe({
          acceptedPath: committed.slice(0, -1).map((_, node) => node),
          committedTokens: committed,
          committedLength: history.length,
          hiddenRows: undefined,
        });
      const used = (drafters[0] ?? 'prompt-lookup') as RecordedDrafter;
      const drafted = asked.get('model') ?? 0;
      const leftOut = drafted - (used === 'model' ? tokens.length : 0);
      const reading = asked.has('model') ? catchUp(missed) : 0;
      const milliseconds = cost[used](tokens.length) + leftOut * perToken + reading;
      missed = asked.has('model') ? 0 : Math.min(missed + committed.length, window.model);
      schedule.observe({
        askedLength,
        draftedCount: tokens.length,
        acceptedCount: accepted,
        committedCount: committed.length,
        draftMilliseconds: drafted * perToken + reading,
        passMilliseconds: undefined,
        roundMilliseconds: milliseconds,
      });
      at += committed.length;
      total.tokens += committed.length;
      total.milliseconds += milliseconds;
      total.rounds += 1;
      total.drafted += tokens.length;
    }
    replayed.push(total);
  }
  await drafter.close();
  return replayed;
}

/** What the drafter drafts at the place that a context has reached. */
function recordedDraft(
  name: RecordedDrafter,
  { drafts, promptLength }: RecordedText,
  { tokens: before, shouldStop }: DraftContext,
  maximumTokens: number,
): Draft {
  const place = before.length;
  const draft = drafts[name][place - promptLength] as RecordedDraft;
  const tokens: number[] = [];
  while (tokens.length < Math.min(maximumTokens, draft.drafted)) {
    const node = tokens.length;
    tokens.push(node < draft.accepted ? place + node : wrongToken);
    // As prompt lookup says of its matches.
    const confidence = name === 'prompt-lookup' ? draft.confidences[node] : undefined;
    if (shouldStop?.({ ...draftedToken(draft, node), confidence }) === true) break;
  }
  return {
    tokens,
    parents: tokens.map((_, node) => node - 1),
    distributions: tokens.map(oneHot),
    drafters: tokens.map(() => name),
  };
}
