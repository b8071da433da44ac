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
  /** Largest difference of any logit at this position between a pass over one token and over many. */
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

  const history = [...prompt, ...first.slice(0, index)];
  const tokens = [first[index] as number, second[index] as number] as const;
  const alone = await lastLogits(target, history, 1);
  const together = await lastLogits(target, history, Math.min(history.length, rowsOfAManyTokenPass));
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

/** Logits after the history, whose last `together` tokens are read in one pass; a copy. */
async function lastLogits(
  target: LanguageModel,
  history: readonly number[],
  together: number,
): Promise<Float32Array> {
  const sequence = target.createSequence();
  try {
    const before = history.slice(0, history.length - together);
    if (before.length > 0) await target.forward([{ sequence, tokens: before, rows: 'none' }]);
    const [result] = await target.forward([
      { sequence, tokens: history.slice(history.length - together), rows: 'last' },
    ]);
    return (result as ForwardResult).logits.read(0).slice();
  } finally {
    sequence.close();
  }
}
