import type { Distribution, VerificationRule } from '@foretoken/core';
import {
  type EnumeratedDrafting,
  type EnumeratedTrees,
  randomTable,
  type SiblingKind,
  type TableKind,
  type TableLaw,
} from '@foretoken/core/testing';

/** A target and a sound way of drafting for it, small enough to follow every branch. */
export interface ProofCase<Drafting = EnumeratedDrafting> {
  readonly name: string;
  readonly target: TableLaw;
  readonly drafting: Drafting;
}

/** Tokens whose joint law is enumerated: several rounds of drafts of one or two tokens. */
export const proofCount = 3;
const vocabularySize = 3;
const kinds: readonly TableKind[] = ['smooth', 'peaked', 'one-hot', 'truncated', 'ties'];
/** Parents of the nodes. */
const treeShapes: readonly (readonly number[])[] = [
  [-1, -1],
  [-1, -1, -1],
  [-1, -1, 0, 1],
  [-1, 0, 0],
];
const fixed = (length: number) => (): number => length;

/** The battery of layer 1: random tables of every kind against every kind, and the corners that break rules. */
export function proofCases(): readonly ProofCase[] {
  const target = randomTable(7, vocabularySize, 'smooth');
  const drawn = randomTable(8, vocabularySize, 'smooth');
  return [
    ...kinds.flatMap((targetKind, row) =>
      kinds.map((draftKind, column) => ({
        name: `target ${targetKind}, draft ${draftKind}`,
        target: randomTable(10 * row + column, vocabularySize, targetKind),
        drafting: {
          drawn: randomTable(100 + 10 * row + column, vocabularySize, draftKind),
          length: fixed(2),
        },
      })),
    ),
    ...[0, 1, 3].map((length) => ({
      name: `drafts of ${length} tokens`,
      target,
      drafting: { drawn, length: fixed(length) },
    })),
    {
      name: 'lengths that depend on discarded drafts',
      target,
      drafting: {
        drawn,
        length: (committed, discarded) => ((committed.at(-1) ?? 0) + (discarded.includes(1) ? 2 : 0)) % 4,
      },
    },
    {
      name: 'drafts that keep the improbable token they stop at',
      target,
      drafting: {
        drawn,
        length: fixed(3),
        stop: (_, probability) => (probability < 0.3 ? 'keep' : undefined),
      },
    },
    {
      name: 'disjoint supports',
      target: constant([0, 1], [0.25, 0.75]),
      drafting: { drawn: constant([2], [1]), length: fixed(2) },
    },
    { name: 'draft equal to the target', target, drafting: { drawn: target, length: fixed(2) } },
    {
      name: 'probabilities below half precision',
      target: constant(undefined, [0.6, 0.4 - 1e-10, 1e-10]),
      drafting: { drawn: constant(undefined, [0.5, 0.5 - 2e-8, 2e-8]), length: fixed(2) },
    },
  ];
}

/** Trees of every kind of siblings that a rule takes; none for a rule of chains. */
export function treeProofCases(rule: VerificationRule): readonly ProofCase<EnumeratedTrees>[] {
  if (!rule.trees) return [];
  const siblingKinds: readonly SiblingKind[] =
    rule.independentSiblings === true ? ['independent'] : ['independent', 'without replacement', 'likeliest'];
  const target = randomTable(7, vocabularySize, 'smooth');
  const drawn = randomTable(8, vocabularySize, 'smooth');
  return siblingKinds.flatMap((siblings) => [
    ...treeShapes.map((shape) => ({
      name: `siblings ${siblings}, shape ${shape.join(' ')}`,
      target,
      drafting: { drawn, siblings, shape: () => shape },
    })),
    ...kinds.map((kind, number) => ({
      name: `siblings ${siblings}, draft ${kind}`,
      target: randomTable(200 + number, vocabularySize, 'truncated'),
      drafting: {
        drawn: randomTable(300 + number, vocabularySize, kind),
        siblings,
        shape: () => [-1, -1, 0],
      },
    })),
    {
      // Three tokens are too few to see a distribution that was not renormalised.
      name: `siblings ${siblings}, five tokens`,
      target: randomTable(1, 5, 'smooth'),
      drafting: { drawn: randomTable(1001, 5, 'smooth'), siblings, shape: () => [-1, -1] },
    },
  ]);
}

function constant(tokens: readonly number[] | undefined, probabilities: readonly number[]): TableLaw {
  const distribution: Distribution = {
    tokens: tokens === undefined ? undefined : Int32Array.from(tokens),
    probabilities: Float64Array.from(probabilities),
  };
  return () => distribution;
}
