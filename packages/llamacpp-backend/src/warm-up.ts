import type { BatchToken, LlamaContext } from './llama-context.js';

/**
 * The widest pass there can be, with hidden states: pages the weights in, and makes the engine's output buffer
 * as large as it ever gets. Growing later would move it, away from under views of it.
 *
 * @param sequences how many the engine's cache has; @param contextLength most tokens of each.
 */
export async function warmUp(context: LlamaContext, sequences: number, contextLength: number): Promise<void> {
  const count = Math.min(context.limits.outputs, sequences * contextLength);
  const tokens: BatchToken[] = Array.from({ length: count }, (_, index) => ({
    token: 0,
    position: Math.floor(index / sequences),
    sequences: [index % sequences],
    output: true,
  }));
  await context.decode(tokens, true);
  for (let sequence = 0; sequence < sequences; sequence++) context.remove(sequence, 0);
}
