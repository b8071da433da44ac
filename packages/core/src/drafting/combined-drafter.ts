import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftOutcome } from '../contract/draft-outcome.js';
import type { DraftBudget, Drafter, HiddenStates } from '../contract/drafter.js';
import { draftDepth } from '../decoding/draft-shape.js';
import { emptyDraft } from '../decoding/empty-draft.js';
import { ClosedError } from '../errors/closed-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { derivedRandom } from '../random/derived-random.js';
import type { CostCurve } from '../scheduling/cost-curve.js';
import { DrafterChoice } from '../scheduling/drafter-choice.js';
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
   * `priority`: the first that proposes something. `estimate`: the first that does, in the order of the tokens per
   * millisecond that each one's acceptance so far promises. `merge`: all of them in one tree, where the rule takes
   * trees; else as `priority`. Default `priority`.
   */
  readonly combination?: DrafterCombination | undefined;
  /**
   * For `estimate`: measured milliseconds of a round with each drafter by draft length, from 0 (`measureRoundCosts`),
   * in the order of the drafters. Default: all rounds cost the same.
   */
  readonly roundCosts?: readonly CostCurve[] | undefined;
}

/**
 * Several drafters in one round: a cheap one first and a model where it has nothing, the best for the present text, or
 * one tree of all their guesses. Each draws from randomness of its own and stays in step by itself: those that are not
 * asked in a round see the committed tokens when they are asked again, and are given the target's hidden states all the
 * same where they want all of them. What a drafter throws ends all of them.
 *
 * @throws InvalidArgumentError without drafters, for one that is named twice, an unknown combination, or costs that do
 *   not match the drafters.
 */
export function createCombinedDrafter(options: CombinedDrafterOptions): Drafter {
  const { drafters, combination = 'priority', roundCosts } = options;
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
  if (roundCosts !== undefined && roundCosts.length !== drafters.length) {
    throw new InvalidArgumentError(
      `${roundCosts.length} cost curves for ${drafters.length} drafters: give one each.`,
    );
  }
  return new CombinedDrafter(drafters, combination, roundCosts);
}

/** A drafter that was asked in this round, and where its nodes are in the draft handed over. */
interface Asked {
  readonly index: number;
  readonly draft: Draft;
  readonly nodes: readonly number[];
}

class CombinedDrafter implements Drafter {
  readonly name: string;
  readonly expectedAcceptance: number;
  readonly maximumLength: number;
  readonly needsHiddenStates: boolean;
  readonly readHiddenStates: Drafter['readHiddenStates'];
  readonly #drafters: readonly Drafter[];
  readonly #combination: DrafterCombination;
  readonly #choice: DrafterChoice;
  #asked: readonly Asked[] = [];
  #closed = false;

  constructor(
    drafters: readonly Drafter[],
    combination: DrafterCombination,
    roundCosts: readonly CostCurve[] | undefined,
  ) {
    const acceptances = drafters.map(({ expectedAcceptance = defaultAcceptance }) => expectedAcceptance);
    this.name = drafters.map(({ name }) => name).join(combination === 'merge' ? ' and ' : ' or ');
    this.expectedAcceptance = Math.max(...acceptances);
    this.maximumLength = Math.max(
      ...drafters.map(({ maximumLength = Number.POSITIVE_INFINITY }) => maximumLength),
    );
    this.needsHiddenStates = drafters.some(({ needsHiddenStates }) => needsHiddenStates === true);
    const readers = drafters.filter(({ readHiddenStates }) => readHiddenStates !== undefined);
    if (readers.length > 0) {
      this.readHiddenStates = async (states: HiddenStates, signal) => {
        for (const reader of readers) await reader.readHiddenStates?.(states, signal);
      };
    }
    this.#drafters = drafters;
    this.#combination = combination;
    this.#choice = new DrafterChoice(
      acceptances.map((priorAcceptance, index) => ({ priorAcceptance, roundCosts: roundCosts?.[index] })),
    );
  }

  async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    if (this.#closed) throw new ClosedError(`The drafter ${this.name} is closed.`);
    this.#asked = [];
    const draft =
      this.#combination === 'merge' && distinctLeaves(budget) > 1
        ? await this.#merged(context, budget)
        : await this.#firstWithDraft(context, budget);
    for (const [index, drafter] of this.#drafters.entries()) {
      if (!this.#asked.some((asked) => asked.index === index)) await passOnHiddenStates(drafter, context);
    }
    return draft;
  }

  observe(outcome: DraftOutcome): void {
    for (const { index, draft, nodes } of this.#asked) {
      const acceptedPath = ownPath(outcome.acceptedPath, nodes);
      (this.#drafters[index] as Drafter).observe({ ...outcome, acceptedPath });
      if (draft.tokens.length > 0) this.#choice.observe(index, draftDepth(draft), acceptedPath.length);
    }
    this.#asked = [];
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#drafters.map((drafter) => drafter.close()));
  }

  async #firstWithDraft(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    const order =
      this.#combination === 'estimate'
        ? this.#choice.order(budget.maximumTokens)
        : [...this.#drafters.keys()];
    const asked: Asked[] = [];
    let draft = emptyDraft;
    for (const index of order) {
      draft = await this.#ask(index, context, budget);
      asked.push({ index, draft, nodes: [...draft.tokens.keys()] });
      if (draft.tokens.length > 0) break;
    }
    this.#choice.tried(asked.map(({ index }) => index));
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

function leafCount({ tokens, parents }: Draft): number {
  return tokens.filter((_, node) => !parents.includes(node)).length;
}
