import { createRequestRandom, drawToken, probabilityOf } from '@foretoken/core';
import type { TableLaw } from '@foretoken/core/testing';
import type { DrawnToken, DrawSource } from '../src/endpoint/draw-source.js';
import { createReportedLaw, type ReportedLaw } from '../src/endpoint/reported-law.js';

export interface TableSourceOptions {
  readonly vocabularySize: number;
  /** What is reported, by prompt text and tokens so far. */
  readonly law: (prompt: string) => TableLaw;
  /** What is drawn; default: what is reported. */
  readonly drawn?: ((prompt: string) => TableLaw) | undefined;
  /** Tokens that are reported at most. */
  readonly topTokens?: number | undefined;
  /** Milliseconds until a draw is there. */
  readonly delay?: ((seed: number) => number) | undefined;
  /** Draws that end after a token, by seed. */
  readonly ends?: ((seed: number) => boolean) | undefined;
}

/** A black box whose laws are known, without a server between. */
export function createTableSource(options: TableSourceOptions): DrawSource {
  const { law, drawn = law, topTokens = options.vocabularySize, delay, ends } = options;
  const tokenOf = (token: number): DrawnToken => ({ key: String(token), text: `t${token}`, law: undefined });
  return {
    name: 'table',
    openPrompt: async (text) => ({
      text,
      async askLaw(history): Promise<ReportedLaw> {
        const distribution = law(text)(history.map(({ key }) => Number(key)));
        const tokens = Array.from({ length: options.vocabularySize }, (_, token) => ({
          ...tokenOf(token),
          probability: probabilityOf(distribution, token),
        }));
        const likely = tokens
          .filter(({ probability }) => probability > 0)
          .toSorted((left, right) => right.probability - left.probability)
          .slice(0, topTokens);
        return createReportedLaw(likely, { asked: topTokens, where: 'table' });
      },
      async draw({ seed, tokens: count }, signal) {
        if (delay !== undefined) await new Promise((resolve) => setTimeout(resolve, delay(seed)));
        signal.throwIfAborted();
        const random = createRequestRandom({ seed });
        const length = ends?.(seed) === true ? 1 : count;
        const tokens: number[] = [];
        while (tokens.length < length) {
          const uniform = random.round(tokens.length).uniform('sample', 0, 0, 0);
          tokens.push(drawToken(drawn(text)(tokens), uniform));
        }
        const drawnTokens = tokens.map(tokenOf);
        return {
          tokens: drawnTokens,
          text: tokens.map((token) => `t${token}`).join(''),
          ended: length < count,
        };
      },
    }),
  };
}
