import type { Tokenizer } from '@foretoken/core';
import { type AnswerFormat, type AnswerPart, finishReasonOf } from './answer-format.js';
import type { ReportedToken } from './reported-token.js';
import { tokenText } from './token-text.js';

/** Answers of `POST /v1/completions`; one for each. */
export function completionFormat(tokenizer: Tokenizer): AnswerFormat {
  let offset = 0;
  const choice = ({ text, tokens, finishReason }: AnswerPart): object => {
    const logprobs = tokens.length === 0 ? null : parallelLists(tokenizer, tokens, offset);
    offset += tokens.reduce((sum, { token }) => sum + tokenText(tokenizer, token).length, 0);
    return { index: 0, text, logprobs, finish_reason: finishReasonOf(finishReason) };
  };
  return {
    idPrefix: 'cmpl',
    object: { whole: 'text_completion', part: 'text_completion' },
    opening: [],
    part: choice,
    whole: choice,
  };
}

/** The lists that the completions API has for log-probabilities: one entry a token in each. */
function parallelLists(tokenizer: Tokenizer, tokens: readonly ReportedToken[], start: number): object {
  const texts = tokens.map(({ token }) => tokenText(tokenizer, token));
  const offsets: number[] = [];
  for (const text of texts) {
    offsets.push(start);
    start += text.length;
  }
  return {
    tokens: texts,
    token_logprobs: tokens.map(({ logprobs }) => logprobs.logprob),
    top_logprobs: tokens.map((token) => byText(tokenizer, token)),
    text_offset: offsets,
  };
}

/** The most probable tokens and the one that was drawn; tokens of one text are one entry, with their sum. */
function byText(tokenizer: Tokenizer, { token, logprobs }: ReportedToken): Record<string, number> {
  const { top, logprob } = logprobs;
  const listed = top.some((other) => other.token === token) ? top : [...top, { token, logprob }];
  const entries = new Map<string, number>();
  for (const other of listed) {
    const text = tokenText(tokenizer, other.token);
    const before = entries.get(text);
    entries.set(
      text,
      before === undefined ? other.logprob : Math.log(Math.exp(before) + Math.exp(other.logprob)),
    );
  }
  return Object.fromEntries(entries);
}
