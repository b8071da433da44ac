import {
  type Distribution,
  type Draft,
  type Drafter,
  kSeq,
  oneHot,
  probabilityOf,
  recursiveRejection,
  sampleMatch,
} from '@foretoken/core';
import {
  draftNotRenormalised,
  kSeqUndivided,
  replacedTriedAsRemoved,
  residualOfFirstSibling,
  sampleMatchLikeliest,
} from '@foretoken/core/testing';
import type { Mutant } from './mutant.js';
import { wrongRule } from './rule-mutants.js';

/** Recursive rejection over drafts that are changed after they were drawn. */
function alteredDraft(name: string, description: string, altered: (draft: Draft) => Draft): Mutant {
  return {
    name,
    description,
    rule: recursiveRejection,
    inject: (subject) => ({
      ...subject,
      createDrafter: async (models) => withAlteredDrafts(await subject.createDrafter(models), altered),
    }),
    enumerated: { rule: recursiveRejection, altered },
  };
}

function withAlteredDrafts(sound: Drafter, altered: (draft: Draft) => Draft): Drafter {
  return {
    name: sound.name,
    propose: async (context, budget) => altered(await sound.propose(context, budget)),
    observe: (outcome) => sound.observe(outcome),
    close: () => sound.close(),
  };
}

/** Every node reports what its first sibling was drawn from. */
function withStaleLaws(draft: Draft): Draft {
  return { ...draft, distributions: draft.tokens.map((_, node) => firstLaw(draft, node)) };
}

/** The half of the nodes, rounded up, whose paths the draft finds likeliest (EAGLE-2, 2406.16858, section 4.2). */
function prunedToLikeliest(draft: Draft): Draft {
  const { tokens, parents, distributions, drafters } = draft;
  const values: number[] = [];
  for (const [node, token] of tokens.entries()) {
    const parent = parents[node] as number;
    values.push((values[parent] ?? 1) * probabilityOf(firstLaw(draft, node), token));
  }
  // No node is likelier than its parent, which comes before it.
  const kept = [...tokens.keys()]
    .toSorted((left, right) => (values[right] as number) - (values[left] as number) || left - right)
    .slice(0, Math.ceil(tokens.length / 2))
    .toSorted((left, right) => left - right);
  const of = <Value>(all: readonly Value[]): Value[] => kept.map((node) => all[node] as Value);
  return {
    tokens: of(tokens),
    parents: of(parents).map((parent) => kept.indexOf(parent)),
    distributions: of(distributions),
    drafters: of(drafters),
  };
}

/** What the first of a node's siblings was drawn from. */
function firstLaw({ parents, distributions }: Draft, node: number): Distribution {
  return distributions[parents.indexOf(parents[node] as number)] as Distribution;
}

/** Faults that only drafts with branches show. */
export const treeMutants: readonly Mutant[] = [
  alteredDraft(
    "stale probabilities after a sibling's removal",
    'draws siblings without replacement and reports what the first one was drawn from for all of them',
    withStaleLaws,
  ),
  alteredDraft(
    'sampled tree, pruned',
    'throws away the unlikelier half of a tree after its nodes were drawn',
    prunedToLikeliest,
  ),
  wrongRule(
    draftNotRenormalised,
    recursiveRejection,
    'takes refused tokens out of the draft, and does not renormalise what is left',
  ),
  wrongRule(
    residualOfFirstSibling,
    recursiveRejection,
    'tries every sibling against the whole target, and draws the correction as after the first one',
  ),
  wrongRule(
    replacedTriedAsRemoved,
    recursiveRejection,
    'draws siblings with replacement and tries them as if drawn without',
  ),
  wrongRule(kSeqUndivided, kSeq, 'tries each of several siblings as if it were alone: its division is 1'),
  wrongRule(
    sampleMatchLikeliest,
    sampleMatch,
    'keeps the likeliest child where any child is the token that it drew',
  ),
];

/** Not a fault: drawn siblings that are reported as certain are accepted less, and stay lossless. The positive control. */
export const oneHotTreeReport: Mutant = alteredDraft(
  'soft tree, reported as one-hot',
  'draws a tree and reports every token as certain: lossless, with lost acceptance',
  (draft) => ({ ...draft, distributions: draft.tokens.map((token) => oneHot(token)) }),
);
