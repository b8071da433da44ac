import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftOutcome } from '../contract/draft-outcome.js';
import type { DraftBudget, Drafter } from '../contract/drafter.js';
import type { DraftLengthController } from '../scheduling/draft-length-controller.js';
import { emptyDraft } from '../decoding/empty-draft.js';
import { ClosedError } from '../errors/closed-error.js';
import { allowedMask } from '../sampling/allowed-mask.js';
import { oneHot } from '../sampling/draw.js';
import { passOnHiddenStates } from './pass-on-hidden-states.js';
import { readingOf } from '../scheduling/drafter-options.js';

export interface ForcedTokenOptions {
  /** Goes on after the forced tokens; closed with this one. Default: none, only forced tokens are drafted. */
  readonly inner?: Drafter | undefined;
}

/**
 * Drafts the tokens that a grammar leaves no choice about: where the mask of allowed tokens has one token, the target
 * gives it probability 1, so the guess is always accepted and costs one look at the mask (jump-forward decoding of
 * SGLang, Zheng et al. 2312.07104, section 4, as a draft). One-hot, so exact under every exact rule, and with a mask
 * that is wrong about the grammar as well, since the target's rows pass through the same mask. A mask that knows the text
 * of its tokens also names the likeliest one where the text is forced but not its split into tokens; that guess may be
 * rejected.
 *
 * It wraps another drafter instead of standing in a row of alternatives: forced tokens are runs of a few, and the guess
 * after them is checked in the same pass, where alternatives would end the draft with the run. The inner drafter sees
 * the forced tokens as committed. One that needs the target's hidden states is asked only where nothing is forced: there
 * are none for tokens that the target has not read.
 */
export function createForcedTokenDrafter({ inner }: ForcedTokenOptions = {}): Drafter {
  return new ForcedTokenDrafter(inner);
}

class ForcedTokenDrafter implements Drafter {
  readonly name: string;
  readonly expectedAcceptance: number;
  readonly window: number | undefined;
  readonly relativeSize: number | undefined;
  readonly needsHiddenStates: boolean;
  readonly readHiddenStates: Drafter['readHiddenStates'];
  readonly draftLength?: DraftLengthController;
  readonly #inner: Drafter | undefined;
  /** Forced tokens of the last draft, where the inner drafter was asked for more. */
  #forcedBefore: number | undefined;
  #closed = false;

  constructor(inner: Drafter | undefined) {
    this.#inner = inner;
    this.name = inner === undefined ? 'forced-tokens' : `forced-tokens, then ${inner.name}`;
    const reading = inner === undefined ? { window: 0 } : readingOf(inner);
    this.window = reading.window;
    this.relativeSize = reading.relativeSize;
    this.expectedAcceptance = inner?.expectedAcceptance ?? 1;
    this.needsHiddenStates = inner?.needsHiddenStates === true;
    if (inner?.draftLength !== undefined) this.draftLength = inner.draftLength;
    this.readHiddenStates =
      inner?.readHiddenStates &&
      ((states, signal) => inner.readHiddenStates?.(states, signal) as Promise<void>);
  }

  async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    if (this.#closed) throw new ClosedError(`The drafter ${this.name} is closed.`);
    context.signal?.throwIfAborted();
    const { forced, stopped } = forcedTokens(context, budget.maximumTokens);
    const rest = await this.#askInner(context, budget, forced, stopped);
    return {
      tokens: [...forced, ...rest.tokens],
      parents: [
        ...forced.map((_, node) => node - 1),
        ...rest.parents.map((parent) => parent + forced.length),
      ],
      distributions: [...forced.map(oneHot), ...rest.distributions],
      drafters: [...forced.map(() => 'forced-tokens'), ...rest.drafters],
    };
  }

  async #askInner(
    context: DraftContext,
    { maximumTokens, ...budget }: DraftBudget,
    forced: readonly number[],
    stopped: boolean,
  ): Promise<Draft> {
    this.#forcedBefore = undefined;
    const inner = this.#inner;
    const left = maximumTokens - forced.length;
    if (inner === undefined) return emptyDraft;
    if (left === 0 || stopped || (this.needsHiddenStates && forced.length > 0)) {
      await passOnHiddenStates(inner, context);
      return emptyDraft;
    }
    const { shouldStop } = context;
    const draft = await inner.propose(
      {
        ...context,
        tokens: forced.length === 0 ? context.tokens : [...context.tokens, ...forced],
        shouldStop:
          shouldStop && ((drafted) => shouldStop({ ...drafted, depth: drafted.depth + forced.length })),
      },
      { ...budget, maximumTokens: left },
    );
    this.#forcedBefore = forced.length;
    return draft;
  }

  observe(outcome: DraftOutcome): void {
    const forced = this.#forcedBefore;
    // Where a forced token was rejected (a guess about the split of a text), the inner draft was never looked at.
    if (forced === undefined || outcome.acceptedPath.length < forced) return;
    this.#inner?.observe({
      ...outcome,
      acceptedPath: outcome.acceptedPath.slice(forced).map((node) => node - forced),
      committedTokens: outcome.committedTokens.slice(forced),
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#inner?.close();
  }
}

/** The run of tokens that the mask forces, at most `count`, and whether a stop callback ended it. */
function forcedTokens(
  { tokens, transform, shouldStop }: DraftContext,
  count: number,
): { readonly forced: readonly number[]; readonly stopped: boolean } {
  const { allowedTokens, vocabularySize } = transform;
  const forced: number[] = [];
  if (allowedTokens === undefined) return { forced, stopped: false };
  const history = [...tokens];
  let stopped = false;
  while (forced.length < count && !stopped) {
    const token =
      allowedTokens.forcedToken === undefined
        ? onlyToken(allowedMask(allowedTokens, history, vocabularySize))
        : allowedTokens.forcedToken(history);
    if (token === undefined) break;
    stopped = shouldStop?.({ token, probability: 1, depth: forced.length }) === true;
    forced.push(token);
    history.push(token);
  }
  return { forced, stopped };
}

/** The one token that a mask allows; undefined where it allows none or several. */
function onlyToken(mask: Uint8Array | undefined): number | undefined {
  let only: number | undefined;
  for (let token = 0; mask !== undefined && token < mask.length; token++) {
    if (mask[token] === 0) continue;
    if (only !== undefined) return undefined;
    only = token;
  }
  return only;
}
