import type { CostCurve, Distribution, DraftedToken, DraftLengthController } from '@foretoken/core';
import type { RecordedDraft, RecordedDrafter, RecordedText } from './acceptance-traces.js';

/** Milliseconds of a round by drafted tokens, from 0; a drafter's own cost included. */
export type RoundCost = (drafted: number) => number;

export interface Replay {
  readonly tokens: number;
  readonly milliseconds: number;
  readonly rounds: number;
  readonly drafted: number;
}

/** Tokens a millisecond. */
export const rateOf = ({ tokens, milliseconds }: Replay): number => tokens / milliseconds;

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
  /** Milliseconds of drafting a token, a part of those; default 0. */
  readonly perToken?: number;
  /** True where drafted tokens are certain, as in greedy decoding: they can be left out of the pass. Default false. */
  readonly isCertain?: boolean;
  /** Milliseconds that the drafter takes to read tokens it missed. */
  readonly catchUp?: ((missed: number) => number) | undefined;
  readonly promptLength?: number;
  /** Most tokens of a text that the drafter reads; default: all. */
  readonly window?: number;
  /** Of its weights, over the target's; default: not known. */
  readonly relativeSize?: number | undefined;
}

/** Decodes a recorded text once, as `generate` would, on a clock that moves by the rounds' costs. */
export function replay(options: ReplayOptions): Replay {
  const { drafts, controller, cost, catchUp, relativeSize } = options;
  const { perToken = 0, isCertain = false, promptLength = 0, window = Number.POSITIVE_INFINITY } = options;
  let [tokens, milliseconds, rounds, draftedCount, missed] = [0, 0, 0, 0, Math.min(promptLength, window)];
  controller.begin?.({ promptLength, maximumTokens: drafts.length, window, relativeSize });
  while (tokens < drafts.length) {
    const draft = drafts[tokens] as RecordedDraft;
    const limit = drafts.length - tokens - 1;
    const asked = limit === 0 ? 0 : controller.next(limit);
    let drafted = 0;
    while (drafted < Math.min(asked, draft.drafted)) {
      const token = draftedToken(draft, drafted);
      drafted += 1;
      if (controller.shouldStop?.(token) === true) break;
    }
    const verified = isCertain && drafted > 0 ? (controller.lengthToVerify?.(drafted) ?? drafted) : drafted;
    const accepted = Math.min(verified, draft.accepted);
    const reading = asked > 0 ? (catchUp?.(missed) ?? 0) : 0;
    const time = cost(verified) + (drafted - verified) * perToken + reading;
    missed = asked > 0 ? 0 : Math.min(missed + 1, window);
    controller.observe({
      askedLength: asked,
      draftedCount: verified,
      acceptedCount: accepted,
      committedCount: accepted + 1,
      // The token after the accepted ones is committed: it tells of the first that was left out.
      known:
        verified < drafted
          ? { draftedCount: accepted + 1, acceptedCount: Math.min(draft.accepted, accepted + 1) }
          : undefined,
      draftMilliseconds: drafted * perToken + reading,
      passMilliseconds: undefined,
      roundMilliseconds: time,
    });
    tokens += accepted + 1;
    milliseconds += time;
    rounds += 1;
    draftedCount += verified;
  }
  return { tokens, milliseconds, rounds, drafted: draftedCount };
}

/**
 * A drafted token with the probability and, up to rounding, the entropy that were recorded: what the token's probability
 * leaves is spread evenly over as many others as give the entropy.
 */
export function draftedToken({ confidences, entropies }: RecordedDraft, depth: number): DraftedToken {
  const probability = confidences[depth] as number;
  const modelLaw = (): Distribution => {
    const rest = 1 - probability;
    if (rest < 1e-9) return { tokens: undefined, probabilities: Float64Array.of(probability) };
    const own = probability > 0 ? probability * Math.log(probability) : 0;
    const others = Math.max(1, Math.round(rest * Math.exp(((entropies[depth] as number) + own) / rest)));
    const probabilities = new Float64Array(1 + Math.min(others, 1e4)).fill(rest / Math.min(others, 1e4));
    probabilities[0] = probability;
    return { tokens: undefined, probabilities };
  };
  return { token: 0, probability, depth, modelLaw };
}

/** What several replays took together. */
export function total(replays: readonly Replay[]): Replay {
  const sum = (of: (one: Replay) => number): number => replays.reduce((all, one) => all + of(one), 0);
  return {
    tokens: sum(({ tokens }) => tokens),
    milliseconds: sum(({ milliseconds }) => milliseconds),
    rounds: sum(({ rounds }) => rounds),
    drafted: sum(({ drafted }) => drafted),
  };
}

/** Decodes recorded texts one after another; each with the controller that it is given. */
export function replayAll(
  texts: readonly RecordedText[],
  drafter: RecordedDrafter,
  {
    controller,
    ...machine
  }: Pick<ReplayOptions, 'cost' | 'perToken' | 'catchUp' | 'relativeSize'> & {
    readonly controller: () => DraftLengthController;
  },
): Replay {
  return total(
    texts.map(({ drafts, isGreedy, promptLength, window }) =>
      replay({
        ...machine,
        isCertain: isGreedy || drafter === 'prompt-lookup',
        promptLength,
        window: window[drafter],
        drafts: drafts[drafter],
        controller: controller(),
      }),
    ),
  );
}
