/** For table models: the bytes of tokens that are given as texts. */
export function textBytes(texts: readonly string[]): (token: number) => Uint8Array {
  return (token) => new TextEncoder().encode(texts[token]);
}
