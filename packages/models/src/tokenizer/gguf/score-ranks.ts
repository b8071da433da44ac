/**
 * The order in which SentencePiece puts tokens together: by score, the highest first.
 *
 * @param scores by id.
 * @returns the rank of every token, equal for equal scores.
 */
export function rankByScore(tokens: readonly string[], scores: readonly number[]): Map<string, number> {
  const descending = [...new Set(scores.slice(0, tokens.length))].toSorted((a, b) => b - a);
  const ranks = new Map(descending.map((score, rank) => [score, rank]));
  return new Map(tokens.map((token, id) => [token, ranks.get(scores[id] as number) as number]));
}

/**
 * Ranked tokens as merges, the lowest rank first: every way to make a token from two, or from characters that are no
 * tokens. A list has no equal ranks; of those the first is the one that was given first.
 */
export function mergesOfRanks(ranks: ReadonlyMap<string, number>): [left: string, right: string][] {
  const isSymbol = (text: string): boolean => ranks.has(text) || isOneCharacter(text);
  return [...ranks]
    .toSorted(([, a], [, b]) => a - b)
    .flatMap(([token]) => halves(token).filter((parts) => parts.every(isSymbol)));
}

/** Every way to cut a text between two characters. */
function halves(text: string): [string, string][] {
  const cuts: [string, string][] = [];
  for (let at = 0; at < text.length; ) {
    if (at > 0) cuts.push([text.slice(0, at), text.slice(at)]);
    at += (text.codePointAt(at) as number) > 0xffff ? 2 : 1;
  }
  return cuts;
}

function isOneCharacter(text: string): boolean {
  return text.length === ((text.codePointAt(0) as number) > 0xffff ? 2 : 1);
}
