/** A token that is found in a text before the rest is split. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Found on request only. */
  readonly special: boolean;
}

/** In the order in which llama.cpp looks for them: the longest in bytes first. */
export function longestFirst(tokens: readonly AddedToken[]): AddedToken[] {
  const bytes = new Map(tokens.map((token) => [token, Buffer.byteLength(token.content)]));
  return tokens.toSorted((a, b) => (bytes.get(b) ?? 0) - (bytes.get(a) ?? 0));
}

/**
 * A text as the ids of added tokens and the texts between them. Each token is looked for in all that those before it
 * left.
 */
export function findAddedTokens(text: string, tokens: readonly AddedToken[]): (number | string)[] {
  let parts: (number | string)[] = [text];
  for (const { id, content } of tokens) {
    if (!text.includes(content)) continue;
    parts = parts.flatMap((part) =>
      typeof part === 'number'
        ? part
        : part.split(content).flatMap((between, index) => (index === 0 ? between : [id, between])),
    );
  }
  return parts.filter((part) => part !== '');
}
