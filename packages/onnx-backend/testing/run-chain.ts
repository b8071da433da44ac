import type { GraphManifest } from '../src/graph/graph-manifest.js';
import { GraphSession, type PassOutputs } from './graph-session.js';

/** Logits and hidden states after every token of a chain, from one pass on an empty cache. */
export async function runChain(
  path: string,
  manifest: GraphManifest,
  tokens: readonly number[],
): Promise<PassOutputs> {
  const session = await GraphSession.open(path, manifest);
  try {
    return await session.run({ tokens, rows: tokens.map((_, row) => row), past: 0 });
  } finally {
    await session.close();
  }
}
