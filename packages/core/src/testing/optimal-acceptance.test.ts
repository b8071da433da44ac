import { describe, expect, test } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import { probabilityOf } from '../sampling/draw.js';
import { kSeq } from '../verification/k-seq.js';
import { recursiveRejection } from '../verification/recursive-rejection.js';
import { sampleMatch } from '../verification/sample-match.js';
import { traversal } from '../verification/traversal.js';
import { type Branch, entries, planDraft } from './enumerate-drafts.js';
import { expectedCommitted, type TableLaw } from './enumerate-joint-law.js';
import { optimalAcceptance, optimalRootAcceptance } from './optimal-acceptance.js';
import { randomTable, type TableKind } from './random-table.js';
import type { SiblingKind } from './sibling-law.js';

// Everything is enumerated; the tables' seeds are fixed.
const tolerance = 1e-12;
const kinds: readonly TableKind[] = ['smooth', 'peaked', 'one-hot', 'truncated', 'ties'];
const siblingKinds: readonly SiblingKind[] = ['independent', 'without replacement', 'likeliest'];
const star = (count: number) => (): readonly number[] => new Array<number>(count).fill(-1);

describe('the optimal acceptance', () => {
  test('of one child is the sum of min(target, draft) (Leviathan et al. 2211.17192, theorem 3.5)', () => {
    for (const kind of kinds) {
      const [target, drawn] = [randomTable(1, 6, kind), randomTable(2, 6, 'smooth')];
      const overlap = entries(target([])).reduce(
        (sum, [token, probability]) => sum + Math.min(probability, probabilityOf(drawn([]), token)),
        0,
      );
      for (const siblings of ['independent', 'without replacement'] as const) {
        expect(optimalRootAcceptance(target([]), { drawn, siblings }, 1, 6)).toBeCloseTo(overlap, 12);
      }
    }
  });

  test('of certain guesses is their probability under the target, and 1 for the whole vocabulary', () => {
    const target = randomTable(3, 5, 'smooth')([]);
    const drawn = randomTable(4, 5, 'smooth');
    const order = [...drawn([]).probabilities.keys()].toSorted(
      (left, right) => probabilityOf(drawn([]), right) - probabilityOf(drawn([]), left),
    );
    for (const count of [1, 2, 3, 5]) {
      const mass = order.slice(0, count).reduce((sum, token) => sum + probabilityOf(target, token), 0);
      expect(optimalRootAcceptance(target, { drawn, siblings: 'likeliest' }, count, 5)).toBeCloseTo(mass, 12);
    }
  });

  test.each(siblingKinds)('is what the largest flow moves, siblings %s', (siblings) => {
    for (let seed = 0; seed < 12; seed++) {
      const kind = kinds[seed % kinds.length] as TableKind;
      const target = randomTable(seed, 4, 'smooth')([]);
      const drawn = randomTable(300 + seed, 4, kind);
      for (const count of [2, 3]) {
        const drafts = planDraft({ drawn, siblings, shape: star(count) }, [], [])
          .drafts([])
          .map(({ probability, value }) => ({ probability, value: value.tokens }));
        expect(optimalAcceptance(target, drafts, 4)).toBeCloseTo(largestFlow(target, drafts), 12);
      }
    }
  });
});

describe.each(siblingKinds)('no rule is above it, siblings %s', (siblings) => {
  const rules = [sampleMatch, recursiveRejection, traversal, kSeq].filter(
    (rule) => rule.independentSiblings !== true || siblings === 'independent',
  );
  const reached = (rule: (typeof rules)[number], target: TableLaw, drawn: TableLaw, count: number): number =>
    expectedCommitted(rule, target, { drawn, siblings, shape: star(count) }) - 1;

  test.each(kinds.flatMap((left) => kinds.map((right) => ({ left, right }))))(
    'target $left, draft $right',
    ({ left, right }) => {
      for (let seed = 0; seed < 3; seed++) {
        const [target, drawn] = [randomTable(seed, 4, left), randomTable(70 + seed, 4, right)];
        for (const count of [1, 2, 3]) {
          const bound = optimalRootAcceptance(target([]), { drawn, siblings }, count, 4);
          for (const rule of rules) {
            const acceptance = reached(rule, target, drawn, count);
            expect(acceptance).toBeLessThanOrEqual(bound + tolerance);
            // Certain guesses are kept whenever the target would take one of them.
            if (siblings === 'likeliest') expect(acceptance).toBeCloseTo(bound, 12);
            // The guarantee of K-SEQ (Sun et al. 2310.15141).
            if (rule === kSeq) {
              expect(acceptance).toBeGreaterThanOrEqual((1 - (1 - 1 / count) ** count) * bound - tolerance);
            }
          }
        }
      }
    },
  );
});

/** The most probability that can flow from drafts to tokens in them: by augmenting paths, as a second opinion. */
function largestFlow(target: Distribution, drafts: readonly Branch<readonly number[]>[]): number {
  const supply = drafts.map(({ probability }) => probability);
  const demand = new Map(entries(target));
  const moved = drafts.map(() => new Map<number, number>());
  let total = 0;
  /** Pushes up to `amount` out of a draft, along a path that may take back what other drafts moved. */
  const push = (draft: number, amount: number, seen: Set<number>): number => {
    for (const token of new Set(drafts[draft]?.value)) {
      if (seen.has(token)) continue;
      seen.add(token);
      let sent = Math.min(amount, demand.get(token) ?? 0);
      if (sent > 0) demand.set(token, (demand.get(token) as number) - sent);
      for (let other = 0; sent === 0 && other < drafts.length; other++) {
        const taken = moved[other]?.get(token) ?? 0;
        if (other === draft || taken === 0) continue;
        sent = push(other, Math.min(amount, taken), seen);
        moved[other]?.set(token, taken - sent);
      }
      if (sent > 0) {
        moved[draft]?.set(token, (moved[draft]?.get(token) ?? 0) + sent);
        return sent;
      }
    }
    return 0;
  };
  for (const [draft] of drafts.entries()) {
    for (let left = supply[draft] as number; left > 1e-16; ) {
      const sent = push(draft, left, new Set());
      if (sent === 0) break;
      left -= sent;
      total += sent;
    }
  }
  return total;
}
