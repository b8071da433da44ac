import { createReportedLaw, type ReportedToken } from '../reported-law.js';
import type { DrawnToken } from '../draw-source.js';
import { arrayAt, objectAt, textAt } from '../http/read-reply.js';
import type { JsonReply } from '../http/request-json.js';

// Two shapes of log-probabilities are in use: a list of tokens with their alternatives (chat completions, Ollama,
// llama-server), and the parallel lists of the older completions API.

/** Reads a list of `{ token, logprob, top_logprobs: [{ token, logprob }] }`, with token ids where there are any. */
export function readTokenList(
  reply: JsonReply,
  value: unknown,
  path: string,
  asked: number,
): readonly DrawnToken[] {
  return arrayAt(reply, value, path).map((entry, index) => {
    const at = `${path}[${index}]`;
    const { id, token, top_logprobs: alternatives } = objectAt(reply, entry, at);
    const text = textAt(reply, token, `${at}.token`);
    const listed = Array.isArray(alternatives)
      ? alternatives.map((alternative: unknown, place) => {
          const inner = `${at}.top_logprobs[${place}]`;
          const { id: otherId, token: otherToken, logprob } = objectAt(reply, alternative, inner);
          return reportedToken(otherId, textAt(reply, otherToken, `${inner}.token`), logprob);
        })
      : [];
    return { key: tokenKey(id, text), text, law: lawOf(reply, listed, index, asked) };
  });
}

/** Reads `{ tokens: [text], top_logprobs: [{ text: logprob }] }`. */
export function readParallelLists(
  reply: JsonReply,
  value: unknown,
  path: string,
  asked: number,
): readonly DrawnToken[] {
  const { tokens, top_logprobs: alternatives } = objectAt(reply, value, path);
  return arrayAt(reply, tokens, `${path}.tokens`).map((token, index) => {
    const text = textAt(reply, token, `${path}.tokens[${index}]`);
    const own: unknown = Array.isArray(alternatives) ? alternatives[index] : undefined;
    const listed = Object.entries(own ?? {}).map(([other, logprob]) =>
      reportedToken(undefined, other, logprob),
    );
    return { key: tokenKey(undefined, text), text, law: lawOf(reply, listed, index, asked) };
  });
}

function lawOf(
  reply: JsonReply,
  listed: readonly ReportedToken[],
  index: number,
  asked: number,
): DrawnToken['law'] {
  if (listed.length === 0) return undefined;
  return createReportedLaw(listed, { asked, where: `${reply.url}, token ${index + 1}` });
}

/** What stands for minus infinity where JSON has no such number. */
const impossibleLogprob = -9999;

function reportedToken(id: unknown, text: string, logprob: unknown): ReportedToken {
  const probability =
    typeof logprob !== 'number' ? Number.NaN : logprob <= impossibleLogprob ? 0 : Math.exp(logprob);
  return { key: tokenKey(id, text), text, probability };
}

/**
 * Without ids the text tells tokens apart. Parts of characters all look alike then, so that they cannot be told from
 * each other: they count as tokens that were not reported.
 */
function tokenKey(id: unknown, text: string): string {
  if (Number.isSafeInteger(id)) return String(id);
  return text === '' || text.includes('\u{FFFD}') ? '' : `=${text}`;
}
