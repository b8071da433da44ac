import { EndpointReplyError } from '@foretoken/core';
import type { Draw, DrawRequest, SourcePrompt } from '../draw-source.js';
import type { JsonReply } from '../http/request-json.js';

/** One generation that a server was asked for. */
export interface Generation {
  readonly reply: JsonReply;
  readonly draw: Draw;
}

/** A prompt of a server that reports laws only along with draws: the law of a place is asked for with a draw of one token. */
export function promptWithLaws(
  text: string,
  generate: (request: DrawRequest, signal: AbortSignal) => Promise<Generation>,
): SourcePrompt {
  return {
    text,
    async askLaw(history, signal) {
      const { reply, draw } = await generate({ seed: 0, tokens: 1, withTokens: true }, signal);
      // The draw with a history has the law after it, unless the server left it out.
      const depth = history.length;
      const law = depth === 0 ? draw.tokens?.[0]?.law : undefined;
      if (law === undefined) {
        throw new EndpointReplyError(
          `${reply.url}: an answer omits the probabilities of token ${depth + 1}${depth > 0 ? ', perhaps because it was drafted' : ''}. Samples alone can be compared with another setting: --against.`,
          reply,
        );
      }
      return law;
    },
    draw: async (request, signal) => (await generate(request, signal)).draw,
  };
}
