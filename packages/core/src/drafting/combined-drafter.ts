import type { Draft } from '../contract/draft.js';
import type { DraftContext, DraftedToken } from '../contract/draft-context.js';
import type { DraftOutcome } from '../contract/draft-outcome.js';
import type { DraftBudget, Drafter, HiddenStates } from '../contract/drafter.js';
import { draftDepth, isChain } from '../decoding/draft-shape.js';
import { emptyDraft } from '../decoding/empty-draft.js';
import { ClosedError } from '../errors/closed-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { InvalidDraftError } from '../errors/invalid-draft-error.js';
import { derivedRandom } from '../random/derived-random.js';
import type { DraftLengthController } from '../scheduling/draft-length-controller.js';
import { drafterOptions, readingOf } from '../scheduling/drafter-options.js';
import { DrafterSchedule, type ScheduledDraft } from '../scheduling/drafter-schedule.js';
import type { LearningDraftLengthOptions } from '../scheduling/learning-draft-length.js';
import { firstDrawn, knownOf, toVerify } from '../verification/certain-tokens.js';
import { distinctLeaves } from './distinct-leaves.js';
import { mergeDrafts } from './merge-drafts.js';
import { passOnHiddenStates } from './pass-on-hidden-states.js';

const defaultAcceptance = 0.6;

const combinations = ['priority', 'estimate', 'merge'] as const;
export type DrafterCombination = (typeof combinations)[number];

export interface CombinedDrafterOptions {
  /** At least 1, each once; closed with this one. */
  readonly drafters: readonly Drafter[];
  /**
   * `estimate`: in every round the one that promises the most tokens per millisecond, with a length of its own.
   * `priority`: the first that proposes something. `merge`: all of them in one tree, where the rule takes trees; else as
   * `priority`. Default `priority`.
   */
  readonly combination?: DrafterCombination | undefined;
  /**
   * For `estimate`: what is known of each one beforehand, in the order of the drafters. Default: what they say of
   * themselves; all else is learnt.
   */
  readonly known?: readonly LearningDraftLengthOptions[] | undefined;
}

/**
 * Several drafters in one round: the one that promises most for the present text, a cheap one first and a model where it
 * has nothing, or one tree of all their guesses. Each draws from randomness of its own and stays in step by itself: those that are not
 * asked in a round see the committed tokens when they are asked again, and are given the target's hidden states all the
 * same where they want all of them. What a drafter throws ends all of them.
 *
 * @throws InvalidArgumentError without drafters, for one that is named twice, an unknown combination, or
 *   knowledge that does not match the drafters.
 */
export function createCombinedDrafter(options: CombinedDrafterOptions): Drafter {
  const { drafters, combination = 'priority', known } = options;
  if (drafters.length === 0 || new Set(drafters).size < drafters.length) {
    throw new InvalidArgumentError(
      `A combination takes one drafter or more, each once, not ${drafters.length} with ${new Set(drafters).size} different ones.`,
    );
  }
  if (!combinations.includes(combination)) {
    throw new InvalidArgumentError(
      `There is no combination "${combination as string}". There are ${combinations.join(', ')}.`,
    );
  }
  if (known !== undefined && known.length !== drafters.length) {
    throw new InvalidArgumentError(
      `What is known of ${known.length} drafters, for ${drafters.length}: give one each.`,
    );
  }
  return new CombinedDrafter(drafters, combination, known);
}

/** A drafter that was asked in this round, and where its nodes are in the draft handed over. */
interface Asked {
  readonly index: number;
  readonly askedLength: number;
  readonly draft: Draft;
  /** Of its nodes in the draft handed over. */
  readonly nodes: readonly number[];
  /** How sure it was of its tokens; undefined where it was not asked to say. */
  readonly confidences?: readonly (number | undefined)[];
}

class CombinedDrafter implements Drafter {
  readonly name: string;
  readonly expectedAcceptance: number;
  readonly maximumLength: number;
  readonly window: number;
  readonly relativeSize: number;
  readonly needsHiddenStates: boolean;
  readonly readHiddenStates: Drafter['readHiddenStates'];
  readonly draftLength?: DraftLengthController;
  readonly #drafters: readonly Drafter[];
  readonly #combination: DrafterCombination;
  readonly #schedule: DrafterSchedule;
  #asked: readonly Asked[] = [];
  #closed = false;

  constructor(
    drafters: readonly Drafter[],
    combination: DrafterCombination,
    known: readonly LearningDraftLengthOptions[] | undefined,
  ) {
    const acceptances = drafters.map(({ expectedAcceptance = defaultAcceptance }) => expectedAcceptance);
    this.name = drafters.map(({ name }) => name).join(combination === 'merge' ? ' and ' : ' or ');
    this.expectedAcceptance = Math.max(...acceptances);
    this.maximumLength = Math.max(
      ...drafters.map(({ maximumLength = Number.POSITIVE_INFINITY }) => maximumLength),
    );
    const readings = drafters.map(readingOf);
    this.window = Math.max(...readings.map(({ window = Number.POSITIVE_INFINITY }) => window));
    this.relativeSize = readings.reduce((sum, reading) => sum + (reading.relativeSize ?? 0), 0);
    this.needsHiddenStates = drafters.some(({ needsHiddenStates }) => needsHiddenStates === true);
    const readers = drafters.filter(({ readHiddenStates }) => readHiddenStates !== undefined);
    if (readers.length > 0) {
      this.readHiddenStates = async (states: HiddenStates, signal) => {
        for (const reader of readers) await reader.readHiddenStates?.(states, signal);
      };
    }
    this.#drafters = drafters;
    this.#combination = combination;
    this.#schedule = new DrafterSchedule(
      drafters.map((drafter, index) => ({
        isFree: drafter.isFree === true,
        reading: readingOf(drafter),
        ...drafterOptions(drafter),
        ...known?.[index],
      })),
    );
    if (combination === 'estimate') this.draftLength = this.#schedule;
  }

  async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    if (this.#closed) throw new ClosedError(`The drafter ${this.name} is closed.`);
    this.#asked = [];
    const draft = await this.#draft(context, budget);
    for (const [index, drafter] of this.#drafters.entries()) {
      if (!this.#asked.some((asked) => asked.index === index)) await passOnHiddenStates(drafter, context);
    }
    return draft;
  }

  observe(outcome: DraftOutcome): void {
    const seen: ScheduledDraft[] = [];
    for (const { index, askedLength, draft, nodes, confidences = [] } of this.#asked) {
      const drafter = this.#drafters[index] as Drafter;
      const usedCount = nodes.length;
      const leftOutCount = draft.tokens.length - usedCount;
      // Certain tokens are right where they were committed, in the pass or not.
      const { draftedCount, acceptedPath } =
        leftOutCount > 0
          ? knownOf(draft, outcome.committedTokens)
          : { draftedCount: draftDepth(draft), acceptedPath: ownPath(outcome.acceptedPath, nodes) };
      drafter.observe({ ...outcome, acceptedPath });
      const acceptedCount = acceptedPath.length;
      seen.push({ index, askedLength, draftedCount, acceptedCount, usedCount, leftOutCount, confidences });
    }
    this.#asked = [];
    // The others ask in the order given, and would never come to what it collects.
    if (this.#combination === 'estimate') this.#schedule.settle(seen);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#drafters.map((drafter) => drafter.close()));
  }

  #draft(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    if (this.#combination === 'estimate') return this.#mostPromising(context, budget);
    return this.#combination === 'merge' && distinctLeaves(budget) > 1
      ? this.#merged(context, budget)
      : this.#firstWithDraft(context, budget);
  }

  /**
   * Free drafters are asked first, so that what they really have is weighed; drafts of theirs that are not used tell what
   * they are worth all the same. Their tokens are certain, as those of others can be (`toVerify`). A draft that was drawn is used:
   * leaving it out for what it is would leave a law that nobody reported.
   */
  async #mostPromising(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    const { lengths, isOwn } = this.#schedule.take(budget.maximumTokens);
    const asked = new Map<number, Asked>();
    const ask = async (index: number, isJudged: boolean): Promise<Asked> => {
      const confidences: (number | undefined)[] = [];
      const own = isJudged
        ? (drafted: DraftedToken) => {
            confidences.push(drafted.confidence);
            return false;
          }
        : this.#schedule.stopOf(index);
      const askedLength = lengths[index] as number;
      const draft = await this.#ask(
        index,
        { ...context, shouldStop: isOwn ? own : context.shouldStop },
        { ...budget, maximumTokens: askedLength, isJudged },
      );
      const entry = { index, askedLength, draft, nodes: [], confidences };
      asked.set(index, entry);
      return entry;
    };
    const offers = [];
    for (const [index, { isFree = false }] of this.#drafters.entries()) {
      const length = lengths[index] as number;
      if (length === 0) continue;
      // Without a schedule of its own, what stops a draft is asked about one draft only.
      if (!isFree || !isOwn) {
        offers.push({ index, length, confidences: undefined, isTree: false });
        continue;
      }
      const { draft, confidences = [] } = await ask(index, true);
      checkCertain(draft, this.#drafters[index] as Drafter);
      const isTree = !isChain(draft);
      offers.push({
        index,
        length: draft.tokens.length,
        confidences: isTree ? new Array<undefined>(draftDepth(draft)).fill(undefined) : confidences,
        isTree,
      });
    }
    let used: Draft = emptyDraft;
    for (const { index, length } of this.#schedule.choose(offers)) {
      const entry = asked.get(index) ?? (await ask(index, false));
      used = isOwn ? this.#toVerify(entry, length) : entry.draft;
      if (used.tokens.length === 0) continue;
      asked.set(index, { ...entry, nodes: [...used.tokens.keys()] });
      break;
    }
    this.#asked = [...asked.values()];
    return used;
  }

  /** As much of a draft as the schedule uses: it chose the length of a free one, of others it is asked. */
  #toVerify({ index, draft }: Asked, length: number): Draft {
    const { isFree = false } = this.#drafters[index] as Drafter;
    return toVerify(draft, isFree ? () => length : this.#schedule.lengthToVerifyOf(index));
  }

  async #firstWithDraft(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    const asked: Asked[] = [];
    let draft = emptyDraft;
    for (const index of this.#drafters.keys()) {
      draft = await this.#ask(index, context, budget);
      asked.push({ index, askedLength: budget.maximumTokens, draft, nodes: [...draft.tokens.keys()] });
      if (draft.tokens.length > 0) break;
    }
    this.#asked = asked;
    return draft;
  }

  /** Every drafter gets an even share of the tokens and leaves that are left. */
  async #merged(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    const drafts: Draft[] = [];
    let { maximumTokens, maximumLeaves } = budget;
    for (const index of this.#drafters.keys()) {
      const waiting = this.#drafters.length - index;
      if (maximumTokens === 0 || maximumLeaves === 0) break;
      const draft = await this.#ask(index, context, {
        maximumTokens: Math.ceil(maximumTokens / waiting),
        maximumLeaves: Math.ceil(maximumLeaves / waiting),
      });
      drafts.push(draft);
      maximumTokens -= draft.tokens.length;
      maximumLeaves -= leafCount(draft);
    }
    const { draft, nodes } = mergeDrafts(drafts);
    this.#asked = drafts.map((own, index) => ({
      index,
      askedLength: budget.maximumTokens,
      draft: own,
      nodes: nodes[index] as readonly number[],
    }));
    return draft;
  }

  #ask(index: number, context: DraftContext, budget: DraftBudget): Promise<Draft> {
    const random = derivedRandom(context.random, index + 1).round(context.tokens.length);
    return (this.#drafters[index] as Drafter).propose({ ...context, random }, budget);
  }
}

/** The part of a path that lies in one drafter's own draft, in its own nodes. */
function ownPath(path: readonly number[], nodes: readonly number[]): number[] {
  const own = path.map((node) => nodes.indexOf(node));
  const end = own.indexOf(-1);
  return end < 0 ? own : own.slice(0, end);
}

/** A drawn draft that is left out for what it is would bias the output. */
function checkCertain(draft: Draft, { name }: Drafter): void {
  const drawn = firstDrawn(draft);
  if (drawn < 0) return;
  throw new InvalidDraftError(
    `The drafter ${name} says that it is free, but token ${draft.tokens[drawn]} at node ${drawn} is not certain: leave isFree out where tokens are drawn.`,
  );
}

function leafCount({ tokens, parents }: Draft): number {
  return tokens.filter((_, node) => !parents.includes(node)).length;
}
