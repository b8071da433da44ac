import type { ForwardResult } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';

/** Where two greedy texts of the same target part, and why. */
export interface GreedyDifference {
  /** Index of the first differing token in the output. */
  readonly index: number;
  readonly tokens: readonly [first: number, second: number];
  /** How far apart the two tokens' logits are in a pass over one token, >= 0. */
  readonly logitGap: number;
  /**
   * Largest difference of any logit at this position between reading the output in passes over one token and over
   * many. The whole output, not the last pass: 8-bit kernels round activations, and one that falls on the other
   * side early on stays in the cache.
   */
  readonly passDistance: number;
  /**
   * `numerics`: a gap that the passes' rounding can turn over (below twice the pass distance: each of
   * the two logits may move by it). `state`: a larger one, which only a bug explains.
   */
  readonly cause: 'numerics' | 'state';
}

/**
 * Explains the first difference between two greedy continuations of one prompt.
 *
 * @param prompt token ids, [1 or more].
 * @returns undefined where one is the beginning of the other.
 */
export async function compareGreedy(
  target: LanguageModel,
  prompt: readonly number[],
  first: readonly number[],
  second: readonly number[],
): Promise<GreedyDifference | undefined> {
  if (prompt.length === 0)
    throw new InvalidArgumentError('compareGreedy needs a prompt of at least one token.');
  const shared = Math.min(first.length, second.length);
  let index = 0;
  while (index < shared && first[index] === second[index]) index += 1;
  if (index === shared) return undefined;

  const output = first.slice(0, index);
  const tokens = [first[index] as number, second[index] as number] as const;
  const alone = await nextLogits(target, prompt, output, [], 1);
  const together = await nextLogits(target, prompt, output, first.slice(index), rowsOfAManyTokenPass);
  let passDistance = 0;
  for (let token = 0; token < alone.length; token++) {
    const distance = Math.abs((alone[token] as number) - (together[token] as number));
    if (distance > passDistance) passDistance = distance;
  }
  const logitGap = Math.abs((alone[tokens[0]] as number) - (alone[tokens[1]] as number));
  return {
    index,
    tokens,
    logitGap,
    passDistance,
    cause: logitGap <= 2 * passDistance ? 'numerics' : 'state',
  };
}

/** As many as a long draft has, and a full group of every kernel's rows. */
const rowsOfAManyTokenPass = 8;

/**
 * Logits after prompt and output, the output read in passes over `width` tokens, as decoding does; a copy. The last
 * pass is filled up with what followed, as with a draft: the row before it must not depend on that.
 */
async function nextLogits(
  target: LanguageModel,
  prompt: readonly number[],
  output: readonly number[],
  followed: readonly number[],
  width: number,
): Promise<Float32Array> {
  const sequence = target.createSequence();
  try {
    const before = prompt.slice(0, -1);
    if (before.length > 0) await target.forward([{ sequence, tokens: before, rows: 'none' }]);
    // Decoding keeps the last committed token out of the cache until the next pass.
    const unread = [...prompt.slice(-1), ...output];
    const wanted = unread.length - 1;
    const room = target.contextLength - before.length;
    const filled = [...unread, ...followed].slice(0, room);
    for (let start = 0; ; start += width) {
      const tokens = filled.slice(start, start + width);
      const isLast = start + width > wanted;
      const [result] = await target.forward([{ sequence, tokens, rows: isLast ? [wanted - start] : 'none' }]);
      if (isLast) return (result as ForwardResult).logits.read(0).slice();
    }
  } finally {
    sequence.close();
  }
}
