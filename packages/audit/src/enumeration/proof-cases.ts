import type { Distribution } from '@foretoken/core';
import { type EnumeratedDrafting, randomTable, type TableKind, type TableLaw } from '@foretoken/core/testing';

/** A target and a sound way of drafting for it, small enough to follow every branch. */
export interface ProofCase {
  readonly name: string;
  readonly target: TableLaw;
  readonly drafting: EnumeratedDrafting;
}

/** Tokens whose joint law is enumerated: several rounds of drafts of one or two tokens. */
export const proofCount = 3;
const vocabularySize = 3;
const kinds: readonly TableKind[] = ['smooth', 'peaked', 'one-hot', 'truncated', 'ties'];
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

function constant(tokens: readonly number[] | undefined, probabilities: readonly number[]): TableLaw {
  const distribution: Distribution = {
    tokens: tokens === undefined ? undefined : Int32Array.from(tokens),
    probabilities: Float64Array.from(probabilities),
  };
  return () => distribution;
}
