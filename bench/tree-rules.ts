/**
 * How much of what is possible each rule for trees reaches: the probability that one of k children of a node is kept,
 * against the largest that any exact rule could have (`optimalRootAcceptance`). Enumerated on small tables, so nothing
 * is measured and every run gives the same numbers. Run: npx tsx bench/tree-rules.ts (after npm run build)
 */
import { type Distribution, type VerificationRule, verificationRules } from '@foretoken/core';
import {
  expectedCommitted,
  optimalRootAcceptance,
  randomTable,
  type SiblingKind,
} from '@foretoken/core/testing';
import { mean } from './support/means.js';
import { writeResult } from './support/write-result.js';

const vocabularySize = 6;
const pairCount = 40;
const widths = [1, 2, 3, 4];
const siblingKinds: readonly SiblingKind[] = ['independent', 'without replacement', 'likeliest'];
const treeRules = [...verificationRules.values()].filter(({ trees }) => trees);

/** Target and draft of one position. */
interface Pair {
  readonly target: Distribution;
  readonly draft: Distribution;
}

const pairsOf: Readonly<Record<string, (seed: number) => Pair>> = {
  unrelated: (seed) => ({ target: randomRow(seed), draft: randomRow(1000 + seed) }),
  'close draft': (seed) => ({
    target: randomRow(seed),
    draft: mixed(randomRow(seed), randomRow(1000 + seed), 0.3),
  }),
  'sharp target': (seed) => ({ target: sharpened(randomRow(seed)), draft: randomRow(1000 + seed) }),
};

const rows = [];
for (const [tables, pairOf] of Object.entries(pairsOf)) {
  const pairs = Array.from({ length: pairCount }, (_, seed) => pairOf(seed));
  for (const siblings of siblingKinds) {
    const rules = treeRules.filter((rule) => rule.independentSiblings !== true || siblings === 'independent');
    for (const children of widths) {
      const bounds = pairs.map(({ target, draft }) =>
        optimalRootAcceptance(target, { drawn: () => draft, siblings }, children, vocabularySize),
      );
      const reached = Object.fromEntries(
        rules.map((rule) => {
          const accepted = pairs.map((pair) => acceptance(rule, pair, siblings, children));
          const shares = accepted.map((probability, index) => probability / (bounds[index] as number));
          return [
            rule.name,
            {
              accepted: rounded(mean(accepted)),
              shareOfBound: rounded(mean(shares)),
              leastShare: rounded(Math.min(...shares)),
            },
          ];
        }),
      );
      rows.push({ tables, siblings, children, bound: rounded(mean(bounds)), reached });
    }
  }
}
await writeResult('tree-rules', { vocabularySize, pairCount, rows });
console.table(
  rows.map(({ reached, ...row }) => ({
    ...row,
    ...Object.fromEntries(Object.entries(reached).map(([name, { shareOfBound }]) => [name, shareOfBound])),
  })),
);

function acceptance(
  rule: VerificationRule,
  { target, draft }: Pair,
  siblings: SiblingKind,
  children: number,
): number {
  const shape = new Array<number>(children).fill(-1);
  const drafting = { drawn: () => draft, siblings, shape: () => shape };
  return expectedCommitted(rule, () => target, drafting) - 1;
}

function randomRow(seed: number): Distribution {
  return randomTable(seed, vocabularySize, 'smooth')([]);
}

function mixed(left: Distribution, right: Distribution, share: number): Distribution {
  return {
    tokens: undefined,
    probabilities: left.probabilities.map(
      (probability, token) => (1 - share) * probability + share * (right.probabilities[token] as number),
    ),
  };
}

/** As at temperature 1/4. */
function sharpened({ probabilities }: Distribution): Distribution {
  const powers = probabilities.map((probability) => probability ** 4);
  const sum = mean([...powers]) * vocabularySize;
  return { tokens: undefined, probabilities: powers.map((power) => power / sum) };
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
