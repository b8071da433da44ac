import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import { pathTokens } from '../decoding/draft-shape.js';
import { childrenOf } from '../verification/children-of.js';
import { type SiblingKind, siblingLaw } from './sibling-law.js';

/** A language over a tiny vocabulary: the distribution of the next token after a history. */
export type TableLaw = (history: readonly number[]) => Distribution;

/** How a chain is drafted: which law its tokens are drawn from, and which law is reported for them. */
export interface EnumeratedDrafting {
  readonly drawn: TableLaw;
  /** Default: the law that was drawn from. Another one, or one that knows the token drawn, is what a faulty drafter does. */
  readonly reported?: (history: readonly number[], token: number) => Distribution;
  /** Most tokens of the round's draft; may depend on what was committed, and on the discarded drafts before. */
  readonly length: (committed: readonly number[], discarded: readonly number[]) => number;
  /** Asked after every drawn token: true ends the draft; `drop` also throws the token away (a faulty rule). */
  readonly stop?: (path: readonly number[], probability: number) => 'keep' | 'drop' | undefined;
}

/** How a tree is drafted. */
export interface EnumeratedTrees {
  /** What the first child of a node is drawn from, after the tokens on the path to the node. */
  readonly drawn: TableLaw;
  readonly siblings: SiblingKind;
  /**
   * The round's tree, fixed before anything is drawn: the parents of its nodes, as in a draft. A node that no token is
   * left for is left out, with all below it. May depend on what was committed, and on the discarded drafts before.
   */
  readonly shape: (committed: readonly number[], discarded: readonly number[]) => readonly number[];
  /** What becomes of the draft before it is verified: what a faulty drafter does. Default: nothing. */
  readonly altered?: ((draft: Draft) => Draft) | undefined;
}

/** Drafts that are enumerated elsewhere: of trees whose shape depends on what is drawn. */
export interface EnumeratedGrowth {
  /** Every draft of a round after the committed tokens, with its probability. */
  readonly drafts: (committed: readonly number[]) => Branch<Draft>[];
}

/** One thing that can happen, with its probability. */
export interface Branch<Value> {
  readonly probability: number;
  readonly value: Value;
}

/** What is decided about a round's draft before it is drawn. */
export interface PlannedDraft {
  /** Equal for plans that are the same. */
  readonly key: string;
  /** Every draft that the plan can lead to. Exponential in the number of nodes. */
  drafts(committed: readonly number[]): Branch<Draft>[];
}

/** The plan of the next round. */
export function planDraft(
  drafting: EnumeratedDrafting | EnumeratedTrees | EnumeratedGrowth,
  committed: readonly number[],
  discarded: readonly number[],
): PlannedDraft {
  if ('drafts' in drafting) return { key: 'grown', drafts: drafting.drafts };
  if ('shape' in drafting) {
    const shape = drafting.shape(committed, discarded);
    return { key: shape.join(','), drafts: (history) => trees(history, shape, drafting) };
  }
  const length = drafting.length(committed, discarded);
  return { key: String(length), drafts: (history) => chains(history, length, drafting) };
}

function chains(
  committed: readonly number[],
  length: number,
  { drawn, reported = drawn, stop }: EnumeratedDrafting,
): Branch<Draft>[] {
  const finished: Branch<readonly number[]>[] = [];
  const extend = (path: readonly number[], probability: number): void => {
    if (path.length === length) {
      finished.push({ probability, value: path });
      return;
    }
    for (const [token, share] of entries(drawn([...committed, ...path]))) {
      const longer = [...path, token];
      const decision = stop?.(longer, share);
      if (decision === undefined) extend(longer, probability * share);
      else finished.push({ probability: probability * share, value: decision === 'keep' ? longer : path });
    }
  };
  extend([], 1);
  return finished.map(({ probability, value }) => ({
    probability,
    value: {
      tokens: value,
      parents: value.map((_, node) => node - 1),
      distributions: value.map((token, node) => reported([...committed, ...value.slice(0, node)], token)),
      drafters: value.map(() => 'enumeration'),
    },
  }));
}

interface GrowingTree extends Draft {
  /** Node of the draft that each node of the shape became; undefined where it was left out. */
  readonly nodes: readonly (number | undefined)[];
}

function trees(
  committed: readonly number[],
  shape: readonly number[],
  { drawn, siblings, altered = (draft) => draft }: EnumeratedTrees,
): Branch<Draft>[] {
  const nothing: GrowingTree = { tokens: [], parents: [], distributions: [], drafters: [], nodes: [] };
  let grown: Branch<GrowingTree>[] = [{ probability: 1, value: nothing }];
  for (const above of shape) {
    grown = grown.flatMap(({ probability, value }) => {
      const parent = above < 0 ? above : value.nodes[above];
      const law = parent === undefined ? undefined : drawn([...committed, ...pathTokens(value, parent)]);
      const earlier = parent === undefined ? [] : childrenOf(value, parent);
      const distribution =
        law &&
        siblingLaw(
          law,
          siblings,
          earlier.map((node) => value.tokens[node] as number),
        );
      if (parent === undefined || distribution === undefined) {
        return [{ probability, value: { ...value, nodes: [...value.nodes, undefined] } }];
      }
      return entries(distribution).map(([token, share]) => ({
        probability: probability * share,
        value: {
          tokens: [...value.tokens, token],
          parents: [...value.parents, parent],
          distributions: [...value.distributions, distribution],
          drafters: [...value.drafters, 'enumeration'],
          nodes: [...value.nodes, value.tokens.length],
        },
      }));
    });
  }
  return grown.map(({ probability, value }) => ({ probability, value: altered(value) }));
}

/** Tokens of positive probability. */
export function entries({ tokens, probabilities }: Distribution): [token: number, probability: number][] {
  return Array.from(probabilities, (probability, index): [number, number] => [
    tokens === undefined ? index : (tokens[index] as number),
    probability,
  ]).filter(([, probability]) => probability > 0);
}
