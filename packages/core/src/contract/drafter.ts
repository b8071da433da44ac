import type { DraftLengthController } from '../scheduling/draft-length-controller.js';
import type { Draft } from './draft.js';
import type { DraftContext } from './draft-context.js';
import type { DraftOutcome } from './draft-outcome.js';

/** How much a drafter may propose in this round. */
export interface DraftBudget {
  /** Most nodes in the draft, at least 1. */
  readonly maximumTokens: number;
  /** Most leaves in the draft; 1 asks for a chain. */
  readonly maximumLeaves: number;
  /**
   * True where siblings must be independent draws from one distribution, duplicates kept, and the number of a node's
   * children must not depend on which tokens they are. A drafter without such siblings gives a chain. Default false.
   */
  readonly independentSiblings?: boolean;
  /**
   * True where the draft is judged by how sure the drafter is of its tokens before any of it is used: guesses that are
   * more likely wrong than right may be handed over. Default false.
   */
  readonly isJudged?: boolean;
}

/** Hidden states of tokens that the target has read. */
export interface HiddenStates {
  /** Every committed token so far, at least one more than have hidden states. Not to be changed or kept. */
  readonly tokens: readonly number[];
  /** Position of the first row. */
  readonly start: number;
  /** [rows][width], of the tokens from `start` on. */
  readonly rows: readonly Float32Array[];
}

/** Anything that proposes tokens: a model, an n-gram index, the prompt itself, a head, a chain of those. */
export interface Drafter {
  readonly name: string;
  /** True where proposals need the target's hidden states: every pass then asks for them. Default false. */
  readonly needsHiddenStates?: boolean;
  /** Acceptance of a drafted token to start from, before any is seen, 0 to 1. Default 0.6. */
  readonly expectedAcceptance?: number;
  /** Longest chain that it drafts: longer ones are not asked for. Default: no limit. */
  readonly maximumLength?: number;
  /** Most tokens of a text, its last ones, that it reads before it drafts; free drafters read none. Default: all of them. */
  readonly window?: number | undefined;
  /** Bytes of the weights that it reads a text with, over the target's. Default: not known. */
  readonly relativeSize?: number | undefined;
  /**
   * True where proposals take no pass of a model and all their tokens are certain (one-hot): it may be asked for a
   * proposal that is then not used. Default false.
   */
  readonly isFree?: boolean;
  /** Chooses how many tokens to ask for where the generation names nothing else and has a clock. Default: what learns. */
  readonly draftLength?: DraftLengthController;
  /**
   * Proposes a draft that continues `context.tokens`. An empty draft is legal. The drafter keeps
   * whatever it needs to stay in step: it may be skipped for any number of rounds, so it compares its
   * own state with `context.tokens` instead of counting calls.
   *
   * A drafter that stops early by a confidence rule must keep the last token it drew: dropping it
   * biases the output.
   *
   * A drafter that throws is not asked again: the generation goes on without it.
   */
  propose(context: DraftContext, budget: DraftBudget): Promise<Draft>;
  /**
   * Present where the drafter wants the hidden state of every token that the target reads, and not only those of the
   * last pass: takes the states of the prompt, and of rounds without drafting, a portion at a time, so that no one has
   * to keep them. Those that are left come with the next `propose`.
   */
  readonly readHiddenStates?:
    | ((states: HiddenStates, signal: AbortSignal | undefined) => Promise<void>)
    | undefined;
  /** Learns what became of its last draft. */
  observe(outcome: DraftOutcome): void;
  close(): Promise<void>;
}
