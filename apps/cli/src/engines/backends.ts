import { type Backend, InvalidArgumentError } from '@foretoken/core';
import type { LlamacppOptions } from '@foretoken/llamacpp-backend';

/** What the command line can hand to an engine; each takes what it understands. */
export type EngineOptions = LlamacppOptions;

/** The engines by name, loaded when asked for, so that `--help` does not wait for native libraries. */
const backends: ReadonlyMap<string, () => Promise<Backend<EngineOptions>>> = new Map([
  ['llamacpp', async () => (await import('@foretoken/llamacpp-backend')).llamacppBackend],
]);

export const backendNames: readonly string[] = [...backends.keys()];

export async function backendByName(name: string): Promise<Backend<EngineOptions>> {
  const load = backends.get(name);
  if (load === undefined) {
    throw new InvalidArgumentError(
      `There is no backend "${name}". The backends are ${backendNames.join(', ')}.`,
    );
  }
  return load();
}
