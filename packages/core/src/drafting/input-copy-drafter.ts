import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftBudget, Drafter } from '../contract/drafter.js';
import { ClosedError } from '../errors/closed-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { TokenOutOfRangeError } from '../errors/token-out-of-range-error.js';
import { oneHot } from '../sampling/draw.js';
import { distinctLeaves } from './distinct-leaves.js';
import { matchConfidence } from './match-confidence.js';
import { CopySource } from './input-copy/copy-source.js';
import { type DraftBranches, draftBranches } from './input-copy/draft-branches.js';
import { EditAlignment } from './input-copy/edit-alignment.js';

export interface InputCopyOptions {
  /** Token ids of the text that is edited, at least one; default: the prompt. */
  readonly source?: readonly number[] | undefined;
  /**
   * The part of the prompt that is edited: tokens [start, end) of it, 0 <= start < end; `end` may be left out for the
   * prompt's. Not together with `source`. Default: all of it.
   */
  readonly span?: { readonly start: number; readonly end?: number | undefined } | undefined;
}

/**
 * Drafts the source that the output edits: Shallow Aggressive Decoding (Sun et al. 2106.04970), where the output of a
 * correction or rewriting task is expected to be its input. The paper copies until the first difference and goes on
 * where the output's suffix is found again; here the output is aligned with the source as it comes, so that copying
 * goes on right after a substitution, an insertion or a deletion, and changes that were made before, such as a name's
 * new form, are drafted at their next places. With more than one leaf the other likely alignments are branches.
 *
 * Deterministic, so every distribution is one-hot. A proposal is a function of the source and the tokens after the
 * prompt. A round costs what its new tokens cost, and a comparison of numbers with the text of the round before; a new
 * prompt costs O(source). Past the source's end nothing is drafted. While several tokens in a row are not from the
 * source, drafts are halved with each of them.
 *
 * @throws InvalidArgumentError for an empty source, a span that is none, and both together; TokenOutOfRangeError for
 *   a source that is not of token ids. `propose` throws them where the prompt has no such span, and where the source
 *   has a token that is not in the target's vocabulary.
 */
export function createInputCopyDrafter(options: InputCopyOptions = {}): Drafter {
  return new InputCopyDrafter(options);
}

/** Tokens in a row that are not from the source before drafts get shorter. */
const patience = 2;

class InputCopyDrafter implements Drafter {
  readonly name = 'input-copy';
  readonly expectedAcceptance = 0.9;
  readonly isFree = true;
  readonly #given: CopySource | undefined;
  readonly #span: InputCopyOptions['span'];
  #alignment: EditAlignment | undefined;
  /** The vocabulary that the given source was checked against. */
  #checkedFor: number | undefined;
  #closed = false;

  constructor({ source, span }: InputCopyOptions) {
    if (source !== undefined && span !== undefined) {
      throw new InvalidArgumentError('Give source or span, not both: a span is a part of the prompt.');
    }
    if (source !== undefined) {
      if (source.length === 0) throw new InvalidArgumentError('The source to copy from has no tokens.');
      checkTokens(source, Number.POSITIVE_INFINITY);
      this.#given = new CopySource(source);
    }
    if (span !== undefined) {
      const end = span.end ?? Number.POSITIVE_INFINITY;
      checkSpan({ start: span.start, end }, Number.POSITIVE_INFINITY);
    }
    this.#span = span;
  }

  async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    if (this.#closed) throw new ClosedError(`The drafter ${this.name} is closed.`);
    context.signal?.throwIfAborted();
    const alignment = this.#follow(context);
    const halvings = budget.isJudged === true ? 0 : Math.max(0, alignment.newTokens - patience);
    const count = Math.max(1, Math.floor(budget.maximumTokens / 2 ** halvings));
    const branches = draftBranches(alignment, count, distinctLeaves(budget));
    const { tokens, parents } = untilStopped(branches, alignment.best.matched, context.shouldStop);
    return {
      tokens,
      parents,
      distributions: tokens.map(oneHot),
      drafters: tokens.map(() => this.name),
    };
  }

  observe(): void {
    // Nothing to learn: the next propose aligns the committed tokens.
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#alignment = undefined;
  }

  /** The alignment of all committed tokens: the one of the round before goes on where it is of this text. */
  #follow({ tokens, promptLength, transform }: DraftContext): EditAlignment {
    const source = this.#sourceOf(tokens, promptLength, transform.vocabularySize);
    const earlier = this.#alignment;
    const alignment =
      earlier?.source === source && beginsWith(tokens, promptLength, earlier.output)
        ? earlier
        : new EditAlignment(source);
    this.#alignment = alignment;
    for (let at = promptLength + alignment.output.length; at < tokens.length; at++)
      alignment.advance(tokens[at] as number);
    return alignment;
  }

  /** The source for this prompt: the one there is, where it is still the same text. */
  #sourceOf(tokens: readonly number[], promptLength: number, vocabularySize: number): CopySource {
    if (this.#given !== undefined) {
      if (this.#checkedFor !== vocabularySize) checkTokens(this.#given.tokens, vocabularySize);
      this.#checkedFor = vocabularySize;
      return this.#given;
    }
    const { start, end = promptLength } = this.#span ?? { start: 0 };
    if (this.#span !== undefined) checkSpan({ start, end }, promptLength);
    const earlier = this.#alignment?.source;
    if (earlier?.length === end - start && beginsWith(tokens, start, earlier.tokens)) return earlier;
    return new CopySource(tokens.slice(start, end));
  }
}

/** True where the tokens from `start` on begin with `text`. */
function beginsWith(tokens: readonly number[], start: number, text: ArrayLike<number>): boolean {
  for (let index = 0; index < text.length; index++) {
    if (tokens[start + index] !== text[index]) return false;
  }
  return true;
}

/** Asks about every node in order; the one at which the answer is yes is the last. */
function untilStopped(
  { tokens, parents }: DraftBranches,
  matched: number,
  shouldStop: DraftContext['shouldStop'],
): DraftBranches {
  if (shouldStop === undefined) return { tokens, parents };
  const depths: number[] = [];
  for (const [node, token] of tokens.entries()) {
    const depth = (depths[parents[node] as number] ?? -1) + 1;
    depths.push(depth);
    // Right after a change half a token's worth: it is known where the copy goes on.
    const confidence = matchConfidence(Math.max(0.5, matched) + depth);
    if (shouldStop({ token, probability: 1, confidence, depth }))
      return { tokens: tokens.slice(0, node + 1), parents: parents.slice(0, node + 1) };
  }
  return { tokens, parents };
}

function checkTokens(source: ArrayLike<number>, vocabularySize: number): void {
  for (let place = 0; place < source.length; place++) {
    const token = source[place] as number;
    if (Number.isSafeInteger(token) && token >= 0 && token < vocabularySize) continue;
    const known = vocabularySize === Number.POSITIVE_INFINITY ? '' : `, below ${vocabularySize}`;
    throw new TokenOutOfRangeError(
      `Token ${token} at position ${place} of the source: token ids are whole numbers from 0${known}.`,
    );
  }
}

function checkSpan(span: { readonly start: number; readonly end: number }, promptLength: number): void {
  const { start, end } = span;
  const whole = Number.isInteger(start) && (Number.isInteger(end) || end === promptLength);
  if (whole && start >= 0 && start < end && end <= promptLength) return;
  const within = promptLength === Number.POSITIVE_INFINITY ? '' : ` of ${promptLength} tokens`;
  throw new InvalidArgumentError(
    `The span [${start}, ${end}) is no part of the prompt${within}: give whole numbers with 0 <= start < end.`,
  );
}
