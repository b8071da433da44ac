import type { DraftLengthController, GenerationStart, RoundMeasurement } from './draft-length-controller.js';
import { FreeDraftJudge } from './free-draft-judge.js';
import { LearnedRoundCosts } from './learned-round-costs.js';
import {
  createLearningDraftLength,
  type LearningDraftLength,
  type LearningDraftLengthOptions,
} from './learning-draft-length.js';

/** Rounds after which a drafter that was not asked is asked for one, doubled every time that it is asked for no other reason. */
const firstProbe = 32;
const longestProbe = 1024;
/** Tokens of earlier texts that count in what share of a text free drafts leave to others. */
const shareMemory = 64;
/** Rounds in a row for which a drafter is taken to be asked, before any were seen, and the weight of a new run. */
const usualRun = 4;
const pace = 0.2;

export interface ScheduledDrafter extends LearningDraftLengthOptions {
  /** As `Drafter.isFree`. */
  readonly isFree: boolean;
  /** What it reads of a text before it drafts. */
  readonly reading: Pick<GenerationStart, 'window' | 'relativeSize'>;
}

export interface ScheduledRound {
  /** Tokens to ask of each drafter, 0: it is not to be asked. */
  readonly lengths: readonly number[];
  /** Whether this schedule chose them; else they are what another controller asks of all. */
  readonly isOwn: boolean;
}

/** What there is to choose from: a free drafter's draft, or what another would draft. */
export interface DraftOffer {
  readonly index: number;
  /**
   * How sure a free drafter is of each token, by position, undefined where it does not say; undefined: nothing is drafted
   * yet.
   */
  readonly confidences: readonly (number | undefined)[] | undefined;
  /** Tokens of the draft, a tree's nodes, or tokens to be asked for. */
  readonly length: number;
  /** True for a draft with branches, which is used whole or not at all. */
  readonly isTree: boolean;
}

export interface ChosenDraft {
  readonly index: number;
  /** Tokens of it to use. */
  readonly length: number;
}

/** What became of a draft, verified or held against the committed tokens. */
export interface ScheduledDraft {
  readonly index: number;
  readonly askedLength: number;
  /** Tokens of which it is known whether they were right; the first so many were. */
  readonly draftedCount: number;
  readonly acceptedCount: number;
  /** Tokens of it that were in the pass, and those that were not. */
  readonly usedCount: number;
  readonly leftOutCount: number;
  readonly confidences: readonly (number | undefined)[];
}

interface Part {
  /** Of a free drafter. */
  readonly judge: FreeDraftJudge | undefined;
  /** Of another. */
  readonly controller: LearningDraftLength | undefined;
  readonly reading: ScheduledDrafter['reading'];
  /** Rounds since it was asked, and after how many it is asked again. */
  idleRounds: number;
  probeAfter: number;
  /** Rounds of the present run of drafts, and of earlier runs on average. */
  run: number;
  meanRun: number;
}

/**
 * Decides, round by round, which of several drafters drafts and how much: the one with the most expected tokens per
 * millisecond. Those that are free are asked in every round, and judged by what they then have; of the others each has a
 * learning controller that knows its acceptance and costs and whether it pays against plain decoding. Keep one for its
 * drafters; it needs a clock.
 */
export class DrafterSchedule implements DraftLengthController {
  readonly name = 'schedule';
  readonly #parts: readonly Part[];
  /** Of rounds with a free draft: whichever drafter it is of, they are what the target's pass takes. */
  readonly #freeCosts: LearnedRoundCosts;
  /** Tokens to ask of each in this round; undefined: another controller chooses the length. */
  #lengths: readonly number[] | undefined;
  #isFirstRound = true;
  #isOwn = false;
  #seen: readonly ScheduledDraft[] = [];
  /** Tokens that were committed, and those of rounds without a free draft. */
  #tokens = { all: 0, left: 0 };

  constructor(drafters: readonly ScheduledDrafter[]) {
    this.#freeCosts = new LearnedRoundCosts(
      drafters.find(({ isFree, roundCosts }) => isFree && roundCosts !== undefined)?.roundCosts,
    );
    this.#parts = drafters.map(({ isFree, reading, ...options }) => ({
      judge: isFree ? new FreeDraftJudge(options, this.#freeCosts) : undefined,
      controller: isFree ? undefined : createLearningDraftLength(options),
      reading,
      idleRounds: 0,
      probeAfter: firstProbe,
      run: 0,
      meanRun: usualRun,
    }));
  }

  readonly begin = (start: GenerationStart): void => {
    this.#lengths = undefined;
    // Of a generation that ended between a round and its measurement.
    this.#seen = [];
    this.#isFirstRound = true;
    const forgetting = Math.min(1, shareMemory / Math.max(1, this.#tokens.all));
    this.#tokens = { all: this.#tokens.all * forgetting, left: this.#tokens.left * forgetting };
    this.#freeCosts.begin();
    for (const { judge, controller, reading } of this.#parts) {
      judge?.begin();
      controller?.begin?.({ ...start, ...reading });
    }
  };

  next(limit: number): number {
    const isFirstRound = this.#isFirstRound;
    this.#isFirstRound = false;
    const { all, left } = this.#tokens;
    const share = (left + 1) / (all + 1);
    const lengths = this.#parts.map(({ judge, controller }) => {
      if (controller !== undefined) {
        controller.expectShare(share);
        return controller.next(limit);
      }
      if (isFirstRound || judge === undefined || this.#freeCosts.plain === undefined) return 0;
      return Math.min(limit, judge.maximumLength);
    });
    // What a plain round costs now concerns all of them.
    const isPlain = this.#parts.some(({ controller }) => controller?.isRefreshing === true);
    this.#lengths = isPlain ? lengths.map(() => 0) : lengths;
    return Math.max(...this.#lengths);
  }

  /** What to ask of each drafter in this round, of which the generation asks `limit` tokens. */
  take(limit: number): ScheduledRound {
    const lengths = this.#lengths;
    this.#lengths = undefined;
    this.#isOwn = lengths !== undefined;
    return {
      lengths: this.#parts.map((_, index) => Math.min(limit, lengths?.[index] ?? limit)),
      isOwn: this.#isOwn,
    };
  }

  /** What ends a draft early; a free drafter's is cut when it is there. */
  stopOf(index: number): DraftLengthController['shouldStop'] {
    return this.#parts[index]?.controller?.shouldStop;
  }

  /** How much of its draft to verify, where its tokens are certain. */
  lengthToVerifyOf(index: number): DraftLengthController['lengthToVerify'] {
    return this.#parts[index]?.controller?.lengthToVerify;
  }

  /**
   * What to use, the most promising first, ties in the order given; in rounds of its own only what pays against plain
   * decoding.
   */
  choose(offers: readonly DraftOffer[]): ChosenDraft[] {
    const promises = offers.flatMap((offer) => this.#promise(offer) ?? []);
    const isTimed = promises.every(({ milliseconds }) => milliseconds !== undefined);
    const rateOf = ({ expectedCommitted, milliseconds }: Promised): number =>
      isTimed ? expectedCommitted / (milliseconds as number) : expectedCommitted;
    const order = promises.toSorted((left, right) => rateOf(right) - rateOf(left));
    const due = order.findLast(({ index }, place) => {
      const part = this.#parts[index] as Part;
      return place > 0 && part.judge === undefined && part.idleRounds >= part.probeAfter;
    });
    return due === undefined ? order : [due, ...order.filter((promised) => promised !== due)];
  }

  /** What became of this round's drafts, of those that were asked and had none as well. */
  settle(seen: readonly ScheduledDraft[]): void {
    for (const [index, part] of this.#parts.entries()) {
      const draft = seen.find((own) => own.index === index);
      if (draft === undefined) part.idleRounds += 1;
      else {
        const wasDue = part.idleRounds >= part.probeAfter;
        part.probeAfter = wasDue ? Math.min(2 * part.probeAfter, longestProbe) : firstProbe;
        part.idleRounds = 0;
      }
      if (draft !== undefined && draft.usedCount > 0) part.run += 1;
      else {
        if (part.run > 0) part.meanRun += pace * (part.run - part.meanRun);
        part.run = 0;
      }
    }
    this.#seen = seen;
    if (!this.#isOwn) this.#learn(undefined);
  }

  observe(round: RoundMeasurement): void {
    this.#lengths = undefined;
    const used = this.#seen.find(({ usedCount }) => usedCount > 0);
    const isFree = used !== undefined && this.#parts[used.index]?.judge !== undefined;
    this.#tokens.all += round.committedCount;
    this.#tokens.left += isFree ? 0 : round.committedCount;
    // A draft that was drafted for nothing is no part of a plain round, nor of one with a free draft.
    const isForNothing = this.#seen.some(
      ({ index, askedLength, usedCount }) =>
        this.#parts[index]?.controller !== undefined && askedLength > 0 && usedCount === 0,
    );
    // A round that another drafter had a part in, as with forced tokens, tells of neither.
    if (round.roundMilliseconds !== undefined && round.draftedCount === (isFree ? used.usedCount : 0)) {
      const drafting = isForNothing ? (round.draftMilliseconds ?? 0) : 0;
      this.#freeCosts.observe(used?.usedCount ?? 0, round.roundMilliseconds - drafting, 0);
    }
    this.#learn(round);
  }

  #promise({ index, confidences, length, isTree }: DraftOffer): Promised | undefined {
    const { judge, controller, meanRun } = this.#parts[index] as Part;
    if (judge === undefined)
      return { index, length, ...(controller as LearningDraftLength).promise(length, meanRun) };
    if (this.#isOwn) {
      const judged = isTree ? judge.judgeTree(confidences ?? [], length) : judge.judge(confidences ?? []);
      return judged && { index, ...judged };
    }
    const usual = new Array<undefined>(length).fill(undefined);
    return { index, length, expectedCommitted: judge.expected(usual), milliseconds: undefined };
  }

  /** @param round undefined: nothing is known of its time. */
  #learn(round: RoundMeasurement | undefined): void {
    for (const [index, { judge, controller }] of this.#parts.entries()) {
      const draft = this.#seen.find((own) => own.index === index);
      const {
        askedLength = 0,
        draftedCount = 0,
        acceptedCount = 0,
        usedCount = 0,
        leftOutCount = 0,
      } = draft ?? {};
      // The round's time is that of the drafter it had alone; where it had none, all learn what a plain one takes.
      const isTimed = round?.draftedCount === usedCount;
      const milliseconds = isTimed ? round.roundMilliseconds : undefined;
      judge?.learn(draft?.confidences ?? [], draftedCount, acceptedCount);
      const known = { draftedCount, acceptedCount };
      const used = { draftedCount: usedCount, acceptedCount: Math.min(acceptedCount, usedCount) };
      controller?.observe({
        askedLength,
        ...(leftOutCount === 0 ? known : { ...used, known }),
        committedCount: round?.committedCount ?? 0,
        draftMilliseconds: isTimed ? round.draftMilliseconds : undefined,
        passMilliseconds: isTimed ? round.passMilliseconds : undefined,
        roundMilliseconds: milliseconds,
      });
    }
    this.#seen = [];
  }
}

interface Promised extends ChosenDraft {
  readonly expectedCommitted: number;
  readonly milliseconds: number | undefined;
}
