import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { DraftBudget } from '../contract/drafter.js';
import { InvalidDraftError } from '../errors/invalid-draft-error.js';
import { probabilityOf } from '../sampling/draw.js';

/** How far a reported distribution's sum may be from 1: float32 rounding over large vocabularies. */
const sumTolerance = 1e-6;

/**
 * Checks what a drafter hands over before an engine or a rule sees it. O(nodes + supports).
 *
 * @param budget what the drafter was given; default: any number of nodes and leaves.
 * @throws InvalidDraftError naming the drafter, the node, and what is wrong.
 */
export function validateDraft(draft: Draft, vocabularySize: number, budget?: DraftBudget): void {
  const { tokens, parents, distributions, drafters } = draft;
  const count = tokens.length;
  if (parents.length !== count || distributions.length !== count || drafters.length !== count) {
    throw new InvalidDraftError(
      `A draft has ${count} tokens, ${parents.length} parents, ${distributions.length} distributions and ${drafters.length} drafter names; there must be one of each for every node.`,
    );
  }
  for (let node = 0; node < count; node++) {
    const fail = (problem: string): InvalidDraftError =>
      new InvalidDraftError(`Node ${node} of a draft by ${drafters[node]}: ${problem}.`);
    const token = tokens[node] as number;
    const parent = parents[node] as number;
    if (!Number.isInteger(token) || token < 0 || token >= vocabularySize) {
      throw fail(`token ${token} is not in the vocabulary of ${vocabularySize}`);
    }
    if (!Number.isInteger(parent) || parent < -1 || parent >= node) {
      throw fail(`parent ${parent} is neither -1 nor an earlier node`);
    }
    const problem = distributionProblem(distributions[node] as Distribution, vocabularySize);
    if (problem !== undefined) throw fail(problem);
    if (!(probabilityOf(distributions[node] as Distribution, token) > 0)) {
      throw fail(`token ${token} has the reported probability 0, so it cannot have been drawn`);
    }
  }
  if (budget !== undefined) checkBudget(draft, budget);
}

function checkBudget({ tokens, parents, drafters }: Draft, budget: DraftBudget): void {
  const { maximumTokens, maximumLeaves } = budget;
  const inner = new Set(parents);
  const leaves = tokens.filter((_, node) => !inner.has(node)).length;
  if (tokens.length > maximumTokens || leaves > maximumLeaves) {
    const chain =
      maximumLeaves === 1 ? ' One leaf is a chain: the rule or the target takes no branches.' : '';
    throw new InvalidDraftError(
      `A draft by ${drafters[0]} is larger than its budget: ${tokens.length} tokens of at most ${maximumTokens}, ${leaves} leaves of at most ${maximumLeaves}.${chain}`,
    );
  }
}

function distributionProblem(distribution: Distribution, vocabularySize: number): string | undefined {
  const { tokens, probabilities } = distribution;
  const expected = tokens === undefined ? vocabularySize : tokens.length;
  if (probabilities.length !== expected) {
    return `its distribution has ${probabilities.length} probabilities for ${expected} tokens`;
  }
  let sum = 0;
  for (let index = 0; index < probabilities.length; index++) {
    const probability = probabilities[index] as number;
    if (!(probability >= 0)) return `its distribution has the probability ${probability}`;
    sum += probability;
  }
  if (!(Math.abs(sum - 1) <= sumTolerance)) return `its distribution sums to ${sum}, not 1`;
  for (let index = 0; tokens !== undefined && index < tokens.length; index++) {
    const previous = index === 0 ? -1 : (tokens[index - 1] as number);
    if ((tokens[index] as number) <= previous) return 'the tokens of its distribution are not ascending';
  }
  if (tokens !== undefined && (tokens[tokens.length - 1] ?? 0) >= vocabularySize) {
    return `its distribution names a token beyond the vocabulary of ${vocabularySize}`;
  }
  return undefined;
}
