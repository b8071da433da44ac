import type { Tokenizer } from '../contract/tokenizer.js';

/** Tokens of the same text in two vocabularies, paired one to one: `target[i]` and `draft[i]` are the same bytes. */
export interface SharedTokens {
  readonly target: Int32Array;
  readonly draft: Int32Array;
  /** The draft's token by the target's. */
  readonly draftTokens: ReadonlyMap<number, number>;
}

/** Pairs found, by the target's and the draft's tokenizer. */
const found = new WeakMap<Tokenizer, WeakMap<Tokenizer, SharedTokens>>();

/**
 * Pairs the tokens whose bytes are equal. Special tokens have none and are left out. Where several tokens of one
 * vocabulary have the same bytes, the one that its tokenizer writes for them is taken. O(both vocabularies) the first time.
 */
export function sharedTokens(target: Tokenizer, draft: Tokenizer): SharedTokens {
  const known = found.get(target) ?? new WeakMap<Tokenizer, SharedTokens>();
  const shared = known.get(draft) ?? pairTokens(target, draft);
  known.set(draft, shared);
  found.set(target, known);
  return shared;
}

function pairTokens(target: Tokenizer, draft: Tokenizer): SharedTokens {
  const drafted = tokensByText(draft);
  const targets: number[] = [];
  const drafts: number[] = [];
  for (const [text, token] of tokensByText(target)) {
    const other = drafted.get(text);
    if (other === undefined) continue;
    targets.push(token);
    drafts.push(other);
  }
  return {
    target: Int32Array.from(targets),
    draft: Int32Array.from(drafts),
    draftTokens: new Map(targets.map((token, pair) => [token, drafts[pair] as number])),
  };
}

/** Tokens by their bytes, each byte written as one character. */
function tokensByText(tokenizer: Tokenizer): Map<string, number> {
  const tokens = new Map<string, number>();
  for (let token = 0; token < tokenizer.vocabularySize; token++) {
    const bytes = tokenizer.tokenBytes(token);
    if (bytes.length === 0) continue;
    const text = String.fromCharCode(...bytes);
    if (!tokens.has(text) || isWritten(tokenizer, token)) tokens.set(text, token);
  }
  return tokens;
}

/** True where the tokenizer writes the token for its own text. */
function isWritten(tokenizer: Tokenizer, token: number): boolean {
  const written = tokenizer.encode(tokenizer.decode([token]));
  return written.length === 1 && written[0] === token;
}
