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
   * many, or in trees. The whole output, not the last pass: 8-bit kernels round activations, and one that falls on the
   * other side early on stays in the cache.
   */
  readonly passDistance: number;
  /**
   * `numerics`: a gap that the passes' rounding can turn over (below twice the pass distance: each of
   * the two logits may move by it). `state`: a larger one, which only a bug explains.
   */
  readonly cause: 'numerics' | 'state';
}

/** How an output is read again: tokens a pass, and nodes beside each that are not kept; none is a chain. */
interface Reading {
  readonly width: number;
  readonly beside: number;
}

const alone: Reading = { width: 1, beside: 0 };
/** As many as a long draft has, and a full group of every kernel's rows. */
const inChains: readonly Reading[] = [{ width: 8, beside: 0 }];
/** What lies beside a path changes the order of sums, and so their rounding; some layouts happen to change nothing. */
const inTrees: readonly Reading[] = [
  { width: 4, beside: 1 },
  { width: 5, beside: 2 },
  { width: 3, beside: 3 },
];

/**
 * Explains the first difference between two greedy continuations of one prompt.
 *
 * @param prompt token ids, [1 or more].
 * @param options.trees true where a text was decoded with draft trees; default false.
 * @returns undefined where one is the beginning of the other.
 */
export async function compareGreedy(
  target: LanguageModel,
  prompt: readonly number[],
  first: readonly number[],
  second: readonly number[],
  { trees = false }: { readonly trees?: boolean } = {},
): Promise<GreedyDifference | undefined> {
  if (prompt.length === 0)
    throw new InvalidArgumentError('compareGreedy needs a prompt of at least one token.');
  const shared = Math.min(first.length, second.length);
  let index = 0;
  while (index < shared && first[index] === second[index]) index += 1;
  if (index === shared) return undefined;

  const output = first.slice(0, index);
  const tokens = [first[index] as number, second[index] as number] as const;
  const reference = await nextLogits(target, prompt, output, [], alone);
  let passDistance = 0;
  for (const reading of trees ? [...inChains, ...inTrees] : inChains) {
    if (1 + (reading.width - 1) * reading.beside > target.capabilities.maximumLeaves) continue;
    const together = await nextLogits(target, prompt, output, first.slice(index), reading);
    for (let token = 0; token < reference.length; token++) {
      const distance = Math.abs((reference[token] as number) - (together[token] as number));
      if (distance > passDistance) passDistance = distance;
    }
  }
  const logitGap = Math.abs((reference[tokens[0]] as number) - (reference[tokens[1]] as number));
  return {
    index,
    tokens,
    logitGap,
    passDistance,
    cause: logitGap <= 2 * passDistance ? 'numerics' : 'state',
  };
}

/**
 * Logits after prompt and output, the output read in passes over several tokens, as decoding does; a copy. The last
 * pass is filled up with what followed, as with a draft: the row before it must not depend on that.
 */
async function nextLogits(
  target: LanguageModel,
  prompt: readonly number[],
  output: readonly number[],
  followed: readonly number[],
  { width, beside }: Reading,
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
      const { path, ...pass } =
        beside === 0 ? chainPass(tokens) : treePass(tokens, beside, target.vocabularySize);
      const rows = isLast ? [path[wanted - start] as number] : ('none' as const);
      const [result] = await target.forward([{ sequence, ...pass, rows }]);
      if (isLast) return (result as ForwardResult).logits.read(0).slice();
      if (beside > 0) sequence.doCommitPath(path);
    }
  } finally {
    sequence.close();
  }
}

interface Pass {
  readonly tokens: readonly number[];
  readonly parents?: readonly number[];
  /** Where the tokens that are read stand in the pass. */
  readonly path: readonly number[];
}

function chainPass(tokens: readonly number[]): Pass {
  return { tokens, path: [...tokens.keys()] };
}

/** A tree that holds the tokens as a path, with other tokens before each but the first, as siblings. */
function treePass(text: readonly number[], beside: number, vocabularySize: number): Pass {
  const tokens: number[] = [];
  const parents: number[] = [];
  const path: number[] = [];
  for (const token of text) {
    const parent = path.at(-1) ?? -1;
    for (let other = 1; other <= beside && path.length > 0; other++) {
      tokens.push((token + other) % vocabularySize);
      parents.push(parent);
    }
    path.push(tokens.length);
    tokens.push(token);
    parents.push(parent);
  }
  return { tokens, parents, path };
}
