import type { Drafter } from '../contract/drafter.js';
import { propose } from './drafter-conformance/proposals.js';

/** A text that a target writes whatever is drafted. */
export interface FollowedText {
  /** At least one token id. */
  readonly prompt: readonly number[];
  /** The output, at least one token id. */
  readonly text: readonly number[];
  readonly vocabularySize: number;
  /** Most nodes of a draft. */
  readonly draftLength: number;
  /** Most leaves of a draft; default 1. */
  readonly maximumLeaves?: number | undefined;
}

/**
 * Committed tokens per target pass where the target is certain of its text: what a drafter can give at best, without
 * a model. Each round commits the longest path of the draft that the text has, and the token after it. Checks every
 * draft as the conformance suite does.
 */
export async function committedPerPass(drafter: Drafter, followed: FollowedText): Promise<number> {
  const { prompt, text, vocabularySize, draftLength, maximumLeaves = 1 } = followed;
  const tokens = [...prompt];
  const end = prompt.length + text.length;
  let passes = 0;
  while (tokens.length < end) {
    const draft = await propose({ vocabularySize }, drafter, {
      tokens,
      promptLength: prompt.length,
      seed: 0,
      maximumTokens: draftLength,
      maximumLeaves,
    });
    passes += 1;
    const before = tokens.length;
    const expected = (): number => text[tokens.length - prompt.length] as number;
    const path: number[] = [];
    for (let node = 0; node < draft.tokens.length && tokens.length < end; node++) {
      if (draft.parents[node] !== (path.at(-1) ?? -1) || draft.tokens[node] !== expected()) continue;
      path.push(node);
      tokens.push(expected());
    }
    if (tokens.length < end) tokens.push(expected());
    drafter.observe({
      acceptedPath: path,
      committedTokens: tokens.slice(before),
      committedLength: tokens.length,
      hiddenRows: undefined,
    });
  }
  return text.length / passes;
}
