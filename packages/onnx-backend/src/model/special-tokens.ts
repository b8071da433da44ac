type Config = Readonly<Record<string, unknown>>;

/** The tokens that end a text: what the first of the configurations says that says anything. */
export function endTokensOf(configs: readonly Config[]): number[] {
  for (const { eos_token_id: tokens } of configs) {
    const list: unknown[] = Array.isArray(tokens) ? tokens : [tokens];
    const known = list.filter(isToken);
    if (known.length > 0) return known;
  }
  return [];
}

/** The token that begins a text, likewise. */
export function beginTokenOf(configs: readonly Config[]): number | undefined {
  return configs.map(({ bos_token_id: token }) => token).find(isToken);
}

function isToken(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
