import type { Tokenizer } from '@foretoken/core';
import { type AnswerFormat, finishReasonOf } from './answer-format.js';
import type { ReportedToken } from './reported-token.js';
import { tokenText } from './token-text.js';

/** Answers of `POST /v1/chat/completions`. */
export function chatFormat(tokenizer: Tokenizer): AnswerFormat {
  const logprobsOf = (tokens: readonly ReportedToken[]): object | null =>
    tokens.length === 0 ? null : { content: tokens.map((token) => entryOf(tokenizer, token)) };
  return {
    idPrefix: 'chatcmpl',
    object: { whole: 'chat.completion', part: 'chat.completion.chunk' },
    opening: [{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }],
    part: ({ text, tokens, finishReason }) => ({
      index: 0,
      delta: text === '' ? {} : { content: text },
      logprobs: logprobsOf(tokens),
      finish_reason: finishReasonOf(finishReason),
    }),
    whole: ({ text, tokens, finishReason }) => ({
      index: 0,
      message: { role: 'assistant', content: text, refusal: null },
      logprobs: logprobsOf(tokens),
      finish_reason: finishReasonOf(finishReason),
    }),
  };
}

function entryOf(tokenizer: Tokenizer, { token, logprobs }: ReportedToken): object {
  const entry = (id: number, logprob: number) => ({
    token: tokenText(tokenizer, id),
    logprob,
    bytes: [...tokenizer.tokenBytes(id)],
  });
  return {
    ...entry(token, logprobs.logprob),
    top_logprobs: logprobs.top.map((other) => entry(other.token, other.logprob)),
  };
}
