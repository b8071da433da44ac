import { EndpointReplyError } from '@foretoken/core';
import type { Draw } from '../draw-source.js';
import type { JsonReply } from '../http/request-json.js';
import type { ReportedLaw } from '../reported-law.js';

/**
 * The first token's law from a draw, of a server that reports laws only along with draws.
 *
 * @param depth tokens of the history whose law is wanted; above 0 the draw with that history left it out.
 */
export function requireReportedLaw(reply: JsonReply, { tokens }: Draw, depth: number): ReportedLaw {
  const law = depth === 0 ? tokens?.[0]?.law : undefined;
  if (law === undefined) {
    throw new EndpointReplyError(
      `${reply.url}: an answer omits the probabilities of token ${depth + 1}${depth > 0 ? ', perhaps because it was drafted' : ''}. Samples alone can be compared with another setting: --against.`,
      reply,
    );
  }
  return law;
}
