import type { BatchToken, LlamaContext } from './llama-context.js';

/**
 * The widest pass there can be, with hidden states: pages the weights in, and makes the engine's output buffer
 * as large as it ever gets. Growing later would move it, away from under views of it.
 */
export async function warmUp(context: LlamaContext): Promise<void> {
  const { outputs, sequences } = context.limits;
  const tokens: BatchToken[] = Array.from({ length: outputs }, (_, index) => ({
    token: 0,
    position: Math.floor(index / sequences),
    sequences: [index % sequences],
    output: true,
  }));
  await context.decode(tokens, true);
  for (let sequence = 0; sequence < sequences; sequence++) context.remove(sequence, 0);
}
