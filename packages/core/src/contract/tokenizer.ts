/** Text to token ids and back. */
export interface Tokenizer {
  readonly vocabularySize: number;
  /** Beginning-of-text token, or undefined where the model has none. */
  readonly beginToken: number | undefined;
  /** True where the model expects `beginToken` before every prompt. */
  readonly addsBeginToken: boolean;
  /** Tokens that end a generation, [0 or more]. */
  readonly endTokens: readonly number[];
  /**
   * @param options.special true reads special tokens written in the text (`<|im_end|>`) as such;
   *   default false: they are plain text. Never adds a beginning-of-text token.
   */
  encode(text: string, options?: { readonly special?: boolean }): number[];
  /** The text of the tokens; invalid UTF-8 becomes U+FFFD. */
  decode(tokens: readonly number[]): string;
  /** The raw bytes of one token; empty for special tokens. */
  tokenBytes(token: number): Uint8Array;
}
