import { availableParallelism } from 'node:os';
import { type HeadModel, InvalidModelFileError } from '@foretoken/core';
import { chooseAccess } from '../engine/open-session.js';
import { fileBytes } from '../model/file-bytes.js';
import { checkWhole } from '../model/load-settings.js';
import { cachedHead } from './cached-head.js';
import { EagleHead } from './eagle-head.js';
import type { HeadOptions } from './head-options.js';
import { MlpSpeculatorHead } from './mlp-speculator-head.js';

/**
 * Loads a drafting head from a GGUF file that `convertHead` of @foretoken/models has written: an EAGLE or HASS head, or
 * an MLP speculator. It runs on the CPU, whichever engine the target runs on. Its graph is generated once and kept.
 *
 * @throws InvalidModelFileError for a file that is damaged, UnsupportedError for one that is no head, HeadMismatchError
 *   where it was made for another target; InvalidArgumentError, CacheWriteError, EngineError.
 */
export async function loadHead(source: string, options: HeadOptions = {}): Promise<HeadModel> {
  const { threads = availableParallelism(), libraryPath, signal } = options;
  checkWhole('threads', threads, 1, availableParallelism());
  const openSession = await chooseAccess(options.access, { provider: undefined, libraryPath });
  const cached = await cachedHead(source, options);
  signal?.throwIfAborted();
  const session = await openSession(cached.path, { threads, provider: undefined, libraryPath });
  const weightBytes = await fileBytes(cached.path);
  const head =
    cached.kind === 'eagle'
      ? new EagleHead(cached.name, session, cached.manifest, weightBytes)
      : new MlpSpeculatorHead(cached.name, session, cached.shape, weightBytes);
  await warmUp(head, source);
  return head;
}

/** A first pass: pages the weights in, and finds those that are no numbers. Closes the head where it fails. */
async function warmUp(head: HeadModel, source: string): Promise<void> {
  const features = [new Float32Array(head.hiddenStateWidth).fill(1)];
  try {
    const sequence = head.createSequence();
    const { logits } = await sequence.forward({
      tokens: [0],
      features,
      featuresOf: 'target',
      positions: [0],
      rows: 'last',
    });
    if (!logits.read(0).every((logit) => Number.isFinite(logit))) {
      throw new InvalidModelFileError(
        `${source} computes logits that are not finite: its weights hold NaN or infinity.`,
      );
    }
    sequence.close();
  } catch (error) {
    await head.close();
    throw error;
  }
}
