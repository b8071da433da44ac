import { isDeepStrictEqual } from 'node:util';
import { type CostCurve, costAt } from '@foretoken/core';
import type {
  ModelConfiguration,
  Profile,
  RoundCostsEntry,
  RoundsInTextsEntry,
  TreeRoundsEntry,
} from '../profile/profile-schema.js';
import { inTextsFactor } from './in-texts-factor.js';
import { headPassCostsOf, type PassCosts, passCostsOf } from './pass-cost-at.js';
import { treeRoundFactor } from './tree-round-factor.js';

/** What rounds of a drafter cost, by the number of drafted tokens. */
export interface RoundCosts {
  /** Longest draft that the measurements tell of. */
  readonly longest: number;
  /** Rounds measured whole, or made of passes that were measured alone. */
  readonly source: 'rounds' | 'passes';
  /** Standard deviation of the ratio of a round's cost to a plain round's, over that ratio. */
  readonly relativeDeviation: number;
  /** Measured contexts, ascending; empty: only whole rounds were measured. */
  readonly contexts: readonly number[];
  /** Tokens in the cache where none are given. */
  readonly contextTokens: number;
  /** Milliseconds of a round; the context of measured rounds where none is given. */
  at(length: number, contextTokens?: number): number;
  /** Milliseconds of a round of so many sequences at once; undefined where no pass as long was measured. */
  together(length: number, sequences: number, contextTokens?: number): number | undefined;
  /** Milliseconds of a round that drafts a tree; undefined where passes were not measured as long, or by themselves. */
  ofTree(tree: TreeRound, contextTokens?: number): number | undefined;
}

/** What the passes of a round with a tree read. */
export interface TreeRound {
  /** Of the tree, at least 1: the target reads the last committed token with them. */
  readonly nodes: number;
  /** Tokens of each of the draft's passes. */
  readonly draftPasses: readonly number[];
  /** What the target's pass takes over a tree of that size, over what it takes over a chain. */
  readonly passRatio: number;
}

/**
 * Repeated calibrations on a shared machine differ by several percent; of rounds made of passes more is unknown, since
 * target and draft push each other out of the processor's caches.
 */
const measuredDeviation = 0.03;
export const composedDeviation = 0.08;

/** The pair whose rounds are asked for. */
export interface RoundPair {
  readonly target: ModelConfiguration;
  /** The model that drafts, a token a pass; null: none does. */
  readonly draft: ModelConfiguration | null;
  /** The head that drafts, by its name, a token a pass; default: none does. */
  readonly head?: string | undefined;
  /** Rounds of the same drafter that were measured, of whichever configurations. */
  readonly measured: readonly RoundCostsEntry[];
  /** Likewise its rounds in texts; default: none. */
  readonly measuredInTexts?: readonly RoundsInTextsEntry[] | undefined;
  /** Likewise rounds with trees; default: none. */
  readonly measuredTrees?: readonly TreeRoundsEntry[] | undefined;
}

/**
 * Costs of rounds from what was measured: whole rounds at some lengths, between which the steps of the pass cost curves
 * are kept, and what those that draft take more in texts. Without them rounds are made of passes, corrected by what whole
 * rounds of other configurations of the same drafter cost more than their passes.
 *
 * @returns undefined where neither was measured.
 */
export function roundCostsOf(profile: Profile, pair: RoundPair): RoundCosts | undefined {
  const { target, draft, measured } = pair;
  const passes = roundPasses(profile, pair);
  const isOfPair = (other: Pick<RoundCostsEntry, 'target' | 'draft'>): boolean =>
    isDeepStrictEqual(other.target, target) && isDeepStrictEqual(other.draft, draft);
  const entry = measured.find(isOfPair);
  if (entry === undefined) return passes && composedCosts(profile, passes, pair);
  const { lengths, contextTokens } = entry;
  const longest = lengths.at(-1) as number;
  if (passes === undefined || lengths.length < 2) {
    if (lengths.length < 2) return undefined;
    const at = (length: number): number => costAt(entry, length);
    return {
      longest,
      source: 'rounds',
      relativeDeviation: measuredDeviation,
      contexts: [],
      contextTokens,
      at,
      together: (length, sequences) => (sequences === 1 ? at(length) : undefined),
      ofTree: () => undefined,
    };
  }
  // What a round takes beside its passes, by length.
  const rest: CostCurve = {
    lengths,
    milliseconds: lengths.map(
      (length, index) => (entry.milliseconds[index] as number) - passes.at(length, contextTokens),
    ),
  };
  const restAt = (length: number): number => costAt(rest, Math.min(length, longest));
  const aloneAt = (length: number, tokens: number): number => passes.at(length, tokens) + restAt(length);
  const inTexts = pair.measuredInTexts?.find(isOfPair);
  const factorOf = inTexts === undefined ? () => 1 : inTextsFactor(inTexts, aloneAt);
  const factorAt = (length: number): number => (length === 0 ? 1 : factorOf(length));
  const at = (length: number, tokens: number): number => aloneAt(length, tokens) * factorAt(length);
  const trees = pair.measuredTrees?.find(isOfPair);
  const treeFactor =
    trees &&
    treeRoundFactor(profile, trees, {
      plain: (tokens) => aloneAt(0, tokens),
      tree: (tree, tokens) => passes.ofTree(tree, tokens),
    });
  return {
    longest,
    source: 'rounds',
    relativeDeviation: measuredDeviation,
    contexts: passes.target.contexts,
    contextTokens,
    at: (length, tokens = contextTokens) => at(length, tokens),
    together: (length, sequences, tokens = contextTokens) => {
      const alone = passes.at(length, tokens, sequences);
      return alone === undefined ? undefined : (alone + sequences * restAt(length)) * factorAt(length);
    },
    ofTree: (tree, tokens = contextTokens) => {
      const alone = passes.ofTree(tree, tokens);
      if (alone === undefined) return undefined;
      const whole =
        treeFactor === undefined
          ? // What a chain of as many tokens takes beside its passes, and more in texts.
            (alone + restAt(tree.nodes)) * factorAt(tree.nodes)
          : alone * treeFactor(tree.nodes);
      // A tree is no less work than the longest chain in it, of which more was measured.
      return Math.max(whole, at(tree.draftPasses.length, tokens));
    },
  };
}

interface RoundPasses {
  readonly target: PassCosts;
  at(length: number, contextTokens: number): number;
  at(length: number, contextTokens: number, sequences: number): number | undefined;
  ofTree(tree: TreeRound, contextTokens: number): number | undefined;
}

/**
 * Milliseconds of a round's passes: one of the target, and one of the draft for every drafted token. A head whose own passes
 * were not measured is no draft here: they are what a round takes beside the target's pass.
 */
function roundPasses(
  profile: Profile,
  pair: Pick<RoundPair, 'target' | 'draft' | 'head'>,
): RoundPasses | undefined {
  const target = passCostsOf(profile, pair.target);
  const head = pair.head === undefined ? undefined : headPassCostsOf(profile, pair.head, pair.target);
  const draft = pair.draft === null ? (head ?? null) : passCostsOf(profile, pair.draft);
  if (target === undefined || draft === undefined) return undefined;
  function at(length: number, contextTokens: number): number;
  function at(length: number, contextTokens: number, sequences: number): number | undefined;
  function at(length: number, contextTokens: number, sequences = 1): number | undefined {
    const rows = sequences * (length + 1);
    if (sequences > 1 && rows > (target as PassCosts).longest) return undefined;
    // A head drafts for one sequence after the other.
    const [times, tokens] = head === undefined ? [1, sequences] : [sequences, 1];
    const drafting = draft === null ? 0 : length * times * (draft as PassCosts).at(tokens, contextTokens);
    return (target as PassCosts).at(rows, contextTokens) + drafting;
  }
  return {
    target,
    at,
    ofTree: ({ nodes, draftPasses, passRatio }, contextTokens) => {
      if (draft === null || nodes + 1 > target.longest || Math.max(...draftPasses) > draft.longest)
        return undefined;
      const drafting = draftPasses.reduce((sum, tokens) => sum + draft.at(tokens, contextTokens), 0);
      return target.at(nodes + 1, contextTokens) * passRatio + drafting;
    },
  };
}

function composedCosts(profile: Profile, passes: RoundPasses, pair: RoundPair): RoundCosts {
  const factor = measuredOverPasses(profile, pair);
  const context = pair.measured[0]?.contextTokens ?? (passes.target.contexts[0] as number);
  const factorAt = (length: number): number => (length === 0 ? 1 : factor);
  return {
    longest: passes.target.longest - 1,
    source: 'passes',
    relativeDeviation: composedDeviation,
    contexts: passes.target.contexts,
    contextTokens: context,
    at: (length, tokens = context) => passes.at(length, tokens) * factorAt(length),
    together: (length, sequences, tokens = context) => {
      const alone = passes.at(length, tokens, sequences);
      return alone === undefined ? undefined : alone * factorAt(length);
    },
    ofTree: (tree, tokens = context) => {
      const alone = passes.ofTree(tree, tokens);
      return alone === undefined ? undefined : alone * factor;
    },
  };
}

/** Geometric mean, over measured rounds that draft, of their cost over that of their passes; at least 1. */
function measuredOverPasses(profile: Profile, { measured, head }: RoundPair): number {
  const logRatios: number[] = [];
  for (const entry of measured) {
    const passes = roundPasses(profile, { target: entry.target, draft: entry.draft, head });
    if (passes === undefined) continue;
    for (const [index, length] of entry.lengths.entries()) {
      if (length === 0) continue;
      logRatios.push(
        Math.log((entry.milliseconds[index] as number) / passes.at(length, entry.contextTokens)),
      );
    }
  }
  if (logRatios.length === 0) return 1;
  return Math.max(1, Math.exp(logRatios.reduce((sum, value) => sum + value, 0) / logRatios.length));
}
