import type { CostCurve, DraftLengthController } from '@foretoken/core';
import type { RecordedDraft, RecordedDrafter, RecordedText } from './acceptance-traces.js';

/** Milliseconds of a round by drafted tokens, from 0; a drafter's own cost included. */
export type RoundCost = (drafted: number) => number;

export interface Replay {
  readonly tokens: number;
  readonly milliseconds: number;
  readonly rounds: number;
  readonly drafted: number;
}

/** Linear between the measured lengths, with the last slope beyond them. */
export function roundCostOf({ lengths, milliseconds }: CostCurve): RoundCost {
  return (drafted) => {
    const after = lengths.findIndex((length) => length >= drafted);
    const right = after < 0 ? lengths.length - 1 : Math.max(1, after);
    const [x0, x1] = [lengths[right - 1] as number, lengths[right] as number];
    const [y0, y1] = [milliseconds[right - 1] as number, milliseconds[right] as number];
    return y0 + ((y1 - y0) * (drafted - x0)) / (x1 - x0);
  };
}

export interface ReplayOptions {
  readonly drafts: readonly RecordedDraft[];
  readonly controller: DraftLengthController;
  readonly cost: RoundCost;
  /** Milliseconds that the drafter takes to read tokens it missed. */
  readonly catchUp?: ((missed: number) => number) | undefined;
  readonly promptLength?: number;
}

/** Decodes a recorded text once, as `generate` would, on a clock that moves by the rounds' costs. */
export function replay({ drafts, controller, cost, catchUp, promptLength = 0 }: ReplayOptions): Replay {
  let [tokens, milliseconds, rounds, draftedCount, missed] = [0, 0, 0, 0, promptLength];
  controller.begin?.({ promptLength, maximumTokens: drafts.length });
  while (tokens < drafts.length) {
    const draft = drafts[tokens] as RecordedDraft;
    const limit = drafts.length - tokens - 1;
    const asked = limit === 0 ? 0 : controller.next(limit);
    let drafted = 0;
    while (drafted < Math.min(asked, draft.drafted)) {
      const probability = draft.confidences[drafted] as number;
      drafted += 1;
      if (controller.shouldStop?.({ token: 0, probability, depth: drafted - 1 }) === true) break;
    }
    const accepted = Math.min(drafted, draft.accepted);
    const time = cost(drafted) + (asked > 0 ? (catchUp?.(missed) ?? 0) : 0);
    missed = asked > 0 ? 0 : missed + 1;
    controller.observe({
      askedLength: asked,
      draftedCount: drafted,
      acceptedCount: accepted,
      committedCount: accepted + 1,
      draftMilliseconds: undefined,
      passMilliseconds: undefined,
      roundMilliseconds: time,
    });
    tokens += accepted + 1;
    milliseconds += time;
    rounds += 1;
    draftedCount += drafted;
  }
  return { tokens, milliseconds, rounds, drafted: draftedCount };
}

/** Decodes recorded texts one after another; the rates of each category and of all. */
export function replayAll(
  texts: readonly RecordedText[],
  drafter: RecordedDrafter,
  options: Omit<ReplayOptions, 'drafts' | 'controller'> & {
    readonly controller: () => DraftLengthController;
  },
): Map<string, Replay> {
  const totals = new Map<string, { tokens: number; milliseconds: number; rounds: number; drafted: number }>();
  for (const { category, drafts } of texts) {
    const once = replay({ ...options, drafts: drafts[drafter], controller: options.controller() });
    for (const key of [category, 'all']) {
      const total = totals.get(key) ?? { tokens: 0, milliseconds: 0, rounds: 0, drafted: 0 };
      total.tokens += once.tokens;
      total.milliseconds += once.milliseconds;
      total.rounds += once.rounds;
      total.drafted += once.drafted;
      totals.set(key, total);
    }
  }
  return totals;
}
