import { InvalidModelFileError } from '@foretoken/core';
import type { OnnxModel } from './onnx-model.js';

/** A first pass: pages the weights in, and finds those that are no numbers. Closes the model where it fails. */
export async function warmUp(
  model: OnnxModel,
  source: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const sequence = model.createSequence();
    const [result] = await model.forward([{ sequence, tokens: [0], rows: 'last' }]);
    if (!result?.logits.read(0).every((logit) => Number.isFinite(logit))) {
      throw new InvalidModelFileError(
        `${source} computes logits that are not finite: its weights hold NaN or infinity.`,
      );
    }
    sequence.close();
    signal?.throwIfAborted();
  } catch (error) {
    await model.close();
    throw error;
  }
}
