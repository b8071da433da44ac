import type { Draw } from '../draw-source.js';

/** What is compared of a draw: its tokens, where both sides tell them, else its text. */
export interface PairedDraw {
  /** Index of the prompt. */
  readonly prompt: number;
  /** The same prompt's draw from either side. */
  readonly draws: readonly [Draw, Draw];
}

/** Pairs of draws, and whether they can be compared token by token. */
export interface PairedSample {
  readonly pairs: readonly PairedDraw[];
  readonly byToken: boolean;
  /** Tokens of every draw, as asked for. */
  readonly tokens: number;
  readonly prompts: number;
}

/** Stands for the end of a draw that is shorter than asked for. */
const endMark = ' end';

/**
 * The outcome that a draw counts as.
 *
 * @param length how many tokens are looked at; ignored where only texts are compared.
 */
export function outcomeOf({ tokens = [], text, ended }: Draw, byToken: boolean, length: number): string {
  if (!byToken) return JSON.stringify(text) + (ended ? endMark : '');
  const keys = tokens.slice(0, length).map(({ key }) => key);
  return JSON.stringify(keys) + (keys.length < length ? endMark : '');
}

/** For reports: the texts of the tokens, or the text. */
export function outcomeText({ tokens = [], text }: Draw, byToken: boolean, length: number): string {
  return byToken
    ? tokens
        .slice(0, length)
        .map((token) => token.text)
        .join('')
    : text;
}
