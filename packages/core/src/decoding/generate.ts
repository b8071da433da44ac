import type { Draft } from '../contract/draft.js';
import type { ForwardResult } from '../contract/forward.js';
import type { VerificationOutcome } from '../contract/verification-rule.js';
import type { DecodeEvent, FinishReason, TokenOrigin } from './decode-event.js';
import { draftRows } from './draft-rows.js';
import { draftDepth, isChain } from './draft-shape.js';
import { dropDrafter, isAbort } from './drop-drafter.js';
import { emptyDraft } from './empty-draft.js';
import type { GenerateOptions } from './generate-options.js';
import { createGenerationState, type GenerationState } from './generation-state.js';
import { readPrompt } from './read-prompt.js';
import { tokenLogprobs } from './token-logprobs.js';
import { readingOf } from '../scheduling/drafter-options.js';
import { knownOf, toVerify } from '../verification/certain-tokens.js';
import { validateDraft } from '../verification/validate-draft.js';

/**
 * Decodes a continuation of the prompt whose distribution is the target's own, whatever the drafter, where the rule is
 * exact.
 *
 * Each round: propose, forward, transform, verify, commit, roll back, observe, emit (Leviathan et al.
 * 2211.17192, algorithm 1; Chen et al. 2302.01318, algorithm 2). The last committed token is kept out of
 * the target's cache until the next pass, which reads it together with the draft.
 *
 * A drafter that throws is dropped: an event says so, and the decoding goes on without it.
 *
 * Ends with one `generation-end` event. Cancelling by `signal` ends with the reason `cancelled`, it does
 * not throw; leaving the loop early frees what the generation holds.
 *
 * @throws InvalidArgumentError, ContextOverflowError, TokenOutOfRangeError for options that cannot work;
 *   InvalidDraftError where a drafter breaks its contract; errors of the engine as they come.
 */
export async function* generate(options: GenerateOptions): AsyncGenerator<DecodeEvent, void, undefined> {
  const state = createGenerationState(options);
  let finishReason: FinishReason | undefined;
  try {
    await readPrompt(state, options);
    const { promptLength, keptLength, maximumTokens } = state;
    const reading = state.drafter && readingOf(state.drafter);
    state.controller.begin?.({ promptLength, keptLength, maximumTokens, ...reading });
    for (let round = 0; finishReason === undefined; round++) {
      options.signal?.throwIfAborted();
      const limit = draftLimit(state);

      // -------- one round --------
      const started = state.clock?.();
      const askedLength = state.drafter === undefined || limit === 0 ? 0 : state.controller.next(limit);
      const proposed = await propose(state, askedLength);
      const draft = toVerify(proposed, state.controller.lengthToVerify);
      if (askedLength > 0) yield draftEnd(round, draft);
      const drafted = state.clock?.();
      const { logits, hiddenStates } = await forwardDraft(state, draft);
      const passed = state.clock?.();
      const rows = draftRows(draft, logits, state.transform, state.tokens, state.rule);
      const outcome = state.rule.verify(
        draft,
        rows,
        state.random.verification(state.rule, draft, state.tokens.length),
      );
      const committed = [
        ...outcome.acceptedPath.map((node) => draft.tokens[node] as number),
        outcome.nextToken,
      ];
      const logprobs = committed.map((token, index) =>
        options.logprobs === undefined
          ? undefined
          : tokenLogprobs(logits, (outcome.acceptedPath[index - 1] ?? -1) + 1, token, options.logprobs),
      );
      const hiddenRows = hiddenStates && keptRows(hiddenStates, outcome);
      commitPath(state, draft, outcome);
      state.tokens.push(...committed);
      const known = draft === proposed ? undefined : knownOf(proposed, committed);
      const { acceptedPath } = known ?? outcome;
      await tellDrafter(state, askedLength, acceptedPath, committed, hiddenRows);
      // ---------------------------
      const ended = state.clock?.();

      const failure = takeFailure(state);
      if (failure !== undefined) yield { type: 'drafter-failed', round, ...failure };
      let emitted = 0;
      for (const token of committed) {
        const { text, finish } = accountFor(state, token);
        finishReason = finish;
        const node = outcome.acceptedPath[emitted];
        yield {
          type: 'token-committed',
          token,
          index: state.outputCount - 1,
          origin: originOf(node, draft, outcome),
          drafter: node === undefined ? undefined : draft.drafters[node],
          text,
          logprobs: logprobs[emitted],
        };
        emitted += 1;
        if (finishReason !== undefined) break;
      }
      const measurement = {
        askedLength,
        draftedCount: draft.tokens.length,
        acceptedCount: outcome.acceptedPath.length,
        committedCount: committed.length,
        known,
        draftMilliseconds: difference(drafted, started),
        passMilliseconds: difference(passed, drafted),
        roundMilliseconds: difference(ended, started),
      };
      state.controller.observe(measurement);
      state.recorder.endRound(measurement, draftDepth(draft), emitted);
      yield {
        type: 'round-end',
        round,
        draftedCount: measurement.draftedCount,
        acceptedCount: measurement.acceptedCount,
        committedCount: emitted,
        draftMilliseconds: measurement.draftMilliseconds,
        passMilliseconds: measurement.passMilliseconds,
        roundMilliseconds: measurement.roundMilliseconds,
      };
    }
  } catch (error) {
    if (!isAbort(error, options.signal)) throw error;
    finishReason = 'cancelled';
  } finally {
    if (options.sequence === undefined) state.sequence.close();
  }
  if (options.sequence !== undefined) dropUnemitted(state);
  const text = state.assembler.flush();
  state.recorder.addText(text);
  yield {
    type: 'generation-end',
    finishReason,
    text,
    tokens: state.tokens.slice(state.promptLength, state.promptLength + state.outputCount),
    counters: state.recorder.counters(),
  };
}

/**
 * Most draft tokens that pass size, token limit and drafter leave room for; each round commits one more. The token limit
 * is at most what the context has room for.
 */
function draftLimit(state: GenerationState): number {
  return Math.max(
    0,
    Math.min(
      state.target.capabilities.maximumPassTokens - 1,
      state.maximumTokens - state.outputCount - 1,
      state.drafter?.maximumLength ?? Number.POSITIVE_INFINITY,
    ),
  );
}

async function propose(state: GenerationState, askedLength: number): Promise<Draft> {
  const { drafter } = state;
  if (askedLength === 0 || drafter === undefined) return emptyDraft;
  const context = {
    tokens: state.tokens,
    promptLength: state.promptLength,
    transform: state.transform,
    random: state.random.round(state.tokens.length),
    targetHiddenRows: state.hiddenStates?.waiting,
    shouldStop: state.controller.shouldStop,
    signal: state.signal,
  };
  const budget = {
    maximumTokens: askedLength,
    maximumLeaves: state.rule.trees ? state.target.capabilities.maximumLeaves : 1,
    independentSiblings: state.rule.independentSiblings === true,
  };
  let draft: Draft;
  try {
    draft = await drafter.propose(context, budget);
    state.hiddenStates?.clear();
  } catch (error) {
    dropDrafter(state, drafter, error);
    return emptyDraft;
  }
  validateDraft(draft, state.target.vocabularySize, budget);
  return draft;
}

/** Tells the drafter, where it is still there, what became of its draft, and keeps hidden states for it. */
async function tellDrafter(
  state: GenerationState,
  askedLength: number,
  acceptedPath: readonly number[],
  committed: readonly number[],
  hiddenRows: readonly Float32Array[] | undefined,
): Promise<void> {
  const { drafter } = state;
  if (drafter === undefined) return;
  const committedLength = state.tokens.length;
  try {
    if (askedLength > 0)
      drafter.observe({ acceptedPath, committedTokens: committed, committedLength, hiddenRows });
    if (hiddenRows !== undefined)
      await state.hiddenStates?.add(hiddenRows, state.tokens, committedLength - 1, state.signal);
  } catch (error) {
    dropDrafter(state, drafter, error);
  }
}

/** A failure that no event has told of yet. */
function takeFailure(state: GenerationState): GenerationState['failure'] {
  const { failure } = state;
  state.failure = undefined;
  return failure;
}

async function forwardDraft(state: GenerationState, draft: Draft): Promise<ForwardResult> {
  const last = state.tokens[state.tokens.length - 1] as number;
  const request = {
    sequence: state.sequence,
    tokens: [last, ...draft.tokens],
    rows: 'all' as const,
    hiddenStates: state.hiddenStates !== undefined,
    ...(isChain(draft) ? {} : { parents: [-1, ...draft.parents.map((parent) => parent + 1)] }),
  };
  const [result] = await state.target.forward([request], { signal: state.signal });
  return result as ForwardResult;
}

/** Keeps the last committed token and the accepted path in the cache, and nothing else. */
function commitPath(state: GenerationState, draft: Draft, outcome: VerificationOutcome): void {
  if (isChain(draft)) {
    if (outcome.acceptedPath.length < draft.tokens.length) {
      state.sequence.doRollback(state.tokens.length + outcome.acceptedPath.length);
    }
  } else {
    state.sequence.doCommitPath([0, ...outcome.acceptedPath.map((node) => node + 1)]);
  }
}

/** Hidden states of the last committed token and the accepted nodes; copied, since the pass owns them. */
function keptRows(hiddenStates: readonly Float32Array[], outcome: VerificationOutcome): Float32Array[] {
  return [-1, ...outcome.acceptedPath].map((node) => (hiddenStates[node + 1] as Float32Array).slice());
}

/** Counts one token as output; says which text is certain and whether the generation ends with it. */
function accountFor(
  state: GenerationState,
  token: number,
): { text: string; finish: FinishReason | undefined } {
  state.outputCount += 1;
  if (state.endTokens.has(token)) return { text: '', finish: 'end-token' };
  const { text, stopped } = state.assembler.push(token);
  state.recorder.addText(text);
  if (stopped) return { text, finish: 'stop-string' };
  if (state.outputCount >= state.maximumTokens) return { text, finish: state.limitReason };
  return { text, finish: undefined };
}

/** The last round may have committed more than was emitted: a caller's sequence keeps what is output. */
function dropUnemitted({ sequence, promptLength, outputCount }: GenerationState): void {
  const kept = promptLength + outputCount - 1;
  if (sequence.length > kept) sequence.doRollback(kept);
}

function originOf(node: number | undefined, draft: Draft, outcome: VerificationOutcome): TokenOrigin {
  if (node !== undefined) return 'draft';
  return draft.tokens.length === 0 ? 'plain' : outcome.nextTokenKind;
}

function draftEnd(round: number, draft: Draft): DecodeEvent {
  return {
    type: 'draft-end',
    round,
    tokens: draft.tokens,
    parents: draft.parents,
    drafters: draft.drafters,
  };
}

function difference(end: number | undefined, start: number | undefined): number | undefined {
  return end === undefined || start === undefined ? undefined : end - start;
}
