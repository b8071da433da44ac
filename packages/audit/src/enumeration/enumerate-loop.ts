import type { Distribution, Draft, VerificationRule } from '@foretoken/core';
import { probabilityOf } from '@foretoken/core';
import { enumerateJointLaw } from '@foretoken/core/testing';
import type { DraftFaults } from '../mutants/draft-faults.js';
import { maskedAfterwards } from '../mutants/masked-afterwards.js';
import { type AuditTable, decodedLaw } from '../tables/audit-table.js';
import { type Chance, explore } from './explore.js';

type DrawPurpose = 'draft' | 'accept' | 'token';

/** What a decode loop does otherwise than the shipped one. */
export interface LoopFaults {
  readonly draft?: DraftFaults | undefined;
  /**
   * Draws of equal keys share one random number; undefined: the draw has its own.
   *
   * @param position of the token in question, 0 for the first one after the prompt.
   * @param start position at which the round began.
   */
  readonly randomKey?:
    | ((purpose: DrawPurpose, position: number, start: number) => string | undefined)
    | undefined;
  /** True keeps one token too many at every rollback. Default false. */
  readonly keepsStaleToken?: boolean | undefined;
  /** True lets penalties at every drafted position count the tokens at the round's start. Default false. */
  readonly countsAtRoundStart?: boolean | undefined;
  /**
   * Where a mask is left out: of the target rows that drafts are accepted by, with the next token alone drawn under it; or
   * of what the drafter reports, which is still drawn under it. Default: nowhere.
   */
  readonly forgetsMask?: 'accepting' | 'reporting' | undefined;
  /** Of trees: what becomes of a draft before it is verified. Default: nothing. The other faults are of chains. */
  readonly altered?: ((draft: Draft) => Draft) | undefined;
}

/**
 * The exact law of the first `count` tokens that a decode loop with some faults gives on a table; keys are the tokens
 * joined by commas. Exponential in `count` and the draft length: for a vocabulary of 2 or 3 and counts up to 4.
 */
export function enumerateLoop(
  table: AuditTable,
  rule: VerificationRule,
  count: number,
  faults: LoopFaults = {},
): Map<string, number> {
  const target = decodedLaw(table.target, table);
  const drafted = decodedLaw(table.draft, table);
  const { prompt } = table;
  const unmasked = { ...table, sampling: { ...table.sampling, allowedTokens: undefined } };
  const accepting = faults.forgetsMask === 'accepting' ? decodedLaw(table.target, unmasked) : target;
  const reported = faults.forgetsMask === 'reporting' ? decodedLaw(table.draft, unmasked) : undefined;
  if (table.widths !== undefined) {
    const shape = treeShape(table.widths, table.draftLength);
    return enumerateJointLaw(
      rule,
      (history) => target([...prompt, ...history]),
      {
        drawn: (history) => drafted([...prompt, ...history]),
        siblings: rule.independentSiblings === true ? 'independent' : 'without replacement',
        // No more nodes than there are tokens to come in a draw, which has room for the first round's whole tree.
        shape: ({ length }) => shape.slice(0, Math.max(0, table.draftLength - length)),
        altered: faults.altered,
      },
      count,
    );
  }
  return explore((chance) => {
    const history = [...prompt];
    const cache = prompt.slice(0, -1);
    while (history.length < prompt.length + count) {
      const start = history.length - prompt.length;
      const key = (purpose: DrawPurpose, position: number): string | undefined =>
        faults.randomKey?.(purpose, position, start);
      const length = Math.min(table.draftLength, count - start - 1);
      const drawn = propose(chance, history, length, drafted, faults.draft ?? {}, (node) =>
        key('draft', start + node),
      );
      const before = (node: number): readonly number[] => [...history, ...drawn.tokens.slice(0, node)];
      const draft =
        reported === undefined
          ? drawn
          : { ...drawn, distributions: drawn.tokens.map((_, node) => reported(before(node))) };
      const pass = [history.at(-1) as number, ...draft.tokens];
      const rows = pass.map((_, row) =>
        accepting(
          [...cache, ...pass.slice(0, row + 1)],
          faults.countsAtRoundStart === true ? history : before(row),
        ),
      );
      const left = (weights: Distribution, node: number): Distribution =>
        accepting === target ? weights : maskedAfterwards(weights, target(before(node + 1)));
      const outcome = rule.verify(draft, rows, {
        accept: (probability, node) => chance.accept(probability, key('accept', start + node)),
        draw: (weights, node) => chance.draw(left(weights, node), key('token', start + node + 1)),
      });
      const accepted = outcome.acceptedPath.length;
      cache.push(...pass);
      if (accepted < draft.tokens.length) {
        const kept = history.length + accepted + (faults.keepsStaleToken === true ? 1 : 0);
        cache.length = Math.min(cache.length, kept);
      }
      history.push(...draft.tokens.slice(0, accepted), outcome.nextToken);
    }
    return history.slice(prompt.length).join(',');
  });
}

function propose(
  chance: Chance,
  history: readonly number[],
  length: number,
  law: ReturnType<typeof decodedLaw>,
  { drawn: draws, reported: reports, drops }: DraftFaults,
  key: (node: number) => string | undefined,
): Draft {
  const tokens: number[] = [];
  const distributions: Draft['distributions'][number][] = [];
  for (let node = 0; node < length; node++) {
    const soft = law([...history, ...tokens]);
    const drawn = draws?.(soft) ?? soft;
    const token = chance.draw(drawn, key(node));
    if (drops?.(probabilityOf(drawn, token)) === true) break;
    tokens.push(token);
    distributions.push(reports?.(soft, token, drawn) ?? drawn);
  }
  return {
    tokens,
    distributions,
    parents: tokens.map((_, node) => node - 1),
    drafters: tokens.map(() => 'enumeration'),
  };
}

/** Parents of a tree's nodes, level by level. */
function treeShape(widths: readonly number[], most: number): number[] {
  const parents: number[] = [];
  let level = [-1];
  for (const width of widths) {
    const first = parents.length;
    parents.push(...level.flatMap((parent) => new Array<number>(width).fill(parent)));
    level = parents.slice(first).map((_, index) => first + index);
  }
  return parents.slice(0, most);
}
