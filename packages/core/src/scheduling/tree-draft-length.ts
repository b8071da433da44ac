import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { DraftLengthController } from './draft-length-controller.js';
import { LearnedRoundCosts } from './learned-round-costs.js';
import { ProbeSchedule } from './probe-schedule.js';

export interface TreeDraftLengthOptions {
  /** Of the tree, a whole number of at least 1. */
  readonly nodes: number;
  /** Tokens that a round with the tree is expected to commit, from 1 on: where to start from. */
  readonly committedTokens: number;
  /** Milliseconds of a plain round, and of one with the tree, above 0; corrected by what rounds take. */
  readonly roundCosts: { readonly plain: number; readonly tree: number };
  /** Rounds without drafting before the first probe, doubled after every probe that changes nothing; default 256. */
  readonly firstProbe?: number | undefined;
}

/** Rounds that the expectation is worth against rounds seen. */
const priorWeight = 8;
/** Rounds after which an observation counts 1/e. */
const memory = 24;

/**
 * Drafts a tree whole, or nothing: the run-time part of a plan whose drafter drafts trees of one shape. It keeps the mean
 * of the tokens that rounds with the tree commit, and where these no longer pay for it decodes plainly, and probes now and
 * then, more and more rarely, with the whole tree.
 *
 * @throws InvalidArgumentError for numbers out of their ranges.
 */
export function createTreeDraftLength(options: TreeDraftLengthOptions): DraftLengthController {
  const { nodes, committedTokens, roundCosts, firstProbe = 256 } = options;
  const { plain, tree } = roundCosts;
  if (!Number.isInteger(nodes) || nodes < 1 || !(committedTokens >= 1) || !(plain > 0) || !(tree > 0)) {
    throw new InvalidArgumentError(
      `A tree to draft has at least 1 node, commits at least 1 token a round and has round costs above 0, not ${nodes} nodes, ${committedTokens} tokens, and ${plain} and ${tree} ms.`,
    );
  }
  const costs = new LearnedRoundCosts({ lengths: [0, nodes], milliseconds: [plain, tree] });
  const probes = new ProbeSchedule(firstProbe);
  const forgetting = Math.exp(-1 / memory);
  let sum = 0;
  let count = 0;
  /** Tokens that the drafter was not asked about since its last draft. */
  let missed = 0;

  return {
    name: 'planned tree',
    begin({ promptLength, keptLength = 0 }) {
      // What the drafter did not read of the last generation it still has to.
      missed = Math.min(promptLength, keptLength === 0 ? promptLength : missed + promptLength - keptLength);
    },
    next(limit) {
      const expected = (sum + priorWeight * committedTokens) / (count + priorWeight);
      const byLength = costs.upTo(nodes) as Float64Array;
      const decision = probes.next((expected * (byLength[0] as number)) / (byLength[nodes] as number));
      return decision === 'plain' ? 0 : Math.min(limit, nodes);
    },
    observe({ askedLength, draftedCount, committedCount, roundMilliseconds }) {
      // A tree that was cut, at the end of a text, says nothing of whole ones.
      const isWhole = askedLength === nodes && draftedCount > 0;
      if (roundMilliseconds !== undefined && (isWhole || draftedCount === 0))
        costs.observe(isWhole ? nodes : 0, roundMilliseconds, missed);
      missed = askedLength > 0 ? 0 : missed + committedCount;
      if (!isWhole) return;
      sum = sum * forgetting + committedCount;
      count = count * forgetting + 1;
    },
  };
}
