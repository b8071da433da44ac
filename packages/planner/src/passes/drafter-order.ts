import { draftsFromText } from '../pipeline/drafter-label.js';
import { combinedGain, type KnownDrafting } from '../prediction/combine-drafting.js';
import { bestLength, evaluate, requiredGain } from '../prediction/evaluate-drafting.js';
import { acceptanceOf } from './acceptance-of.js';
import { fewPrompts, staysIn } from './few-prompts.js';
import { knownDrafting } from './known-drafting.js';
import type { Combination, Pass, Program, ScheduledDrafter } from './program.js';
import { best, candidateScore } from './scores.js';
import { ratio } from './texts.js';

/**
 * Orders drafters by what they promise, and decides whether one that copies text goes before the best one: such a draft
 * costs next to nothing, and where the text has no match the other drafts. Where a few prompts were counted it is not left out for
 * what it promises: its drafts are judged as they come.
 */
export const drafterOrder: Pass = {
  name: 'drafter-order',
  run(program) {
    const decisions: string[] = [];
    const gainOf = ({ candidate }: ScheduledDrafter): number =>
      Math.exp(candidateScore(program, candidate) - plainScore(program, candidate));
    const ordered = [...(program.drafters ?? [])].toSorted((left, right) => gainOf(right) - gainOf(left));
    const pays = ({ candidate }: ScheduledDrafter): boolean =>
      candidate.tree !== undefined ||
      (bestLength(candidate, program.pipeline, acceptanceOf(program, candidate))?.length ?? 0) > 0;
    const paying = ordered.filter(pays);
    for (const drafter of ordered) {
      const gain = gainOf(drafter);
      decisions.push(
        pays(drafter)
          ? `${drafter.candidate.label}: ${ratio(gain)} of plain decoding by the objective`
          : `${drafter.candidate.label} does not pay with its measured acceptance`,
      );
    }
    const [first] = paying;
    if (first === undefined) {
      const unknown = ordered.find(({ candidate }) => staysIn(program, candidate));
      decisions.push((unknown && fewPrompts(program, unknown.candidate)) ?? 'plain decoding');
      return {
        program: {
          ...program,
          drafters: unknown === undefined ? [] : [unknown],
          alternatives: ordered.filter((drafter) => drafter !== unknown),
        },
        decisions,
      };
    }
    const asked = program.pipeline.combination ?? 'auto';
    const pair = asked === 'single' ? undefined : bestPair(program, ordered, paying);
    let drafters = [first];
    let combination: Combination = 'single';
    if (pair === undefined) decisions.push(`${first.candidate.label} drafts alone`);
    else {
      const [leading, following] = pair.drafters;
      const gain = pair.gain / gainOf(first);
      const unknown = pair.drafters.map(({ candidate }) => fewPrompts(program, candidate)).find(Boolean);
      const isWorth = asked === 'estimate' || gain >= requiredGain || unknown !== undefined;
      decisions.push(
        `${leading.candidate.label} before ${following.candidate.label}: ${ratio(gain)} of ${first.candidate.label} alone, predicted from both; ${isWorth ? 'taken' : 'not taken'}`,
        ...(unknown === undefined ? [] : [unknown]),
      );
      if (isWorth) [drafters, combination] = [[leading, following], 'estimate'];
    }
    const alternatives = ordered.filter((drafter) => !drafters.includes(drafter));
    const tree = drafters.find(({ candidate }) => candidate.tree !== undefined)?.candidate.tree;
    if (tree !== undefined && tree.rule !== program.rule)
      decisions.push(
        `verified by ${tree.rule} instead of ${program.rule}: it takes trees, and was measured with them`,
      );
    const rule = tree?.rule ?? program.rule;
    return { program: { ...program, rule, drafters, combination, alternatives }, decisions };
  },
};

function plainScore({ pipeline }: Program, candidate: ScheduledDrafter['candidate']): number {
  return evaluate(candidate, pipeline, undefined, 0)?.score ?? Number.POSITIVE_INFINITY;
}

/** The best of one that copies text and one that pays and does not. */
function bestPair(
  program: Program,
  ordered: readonly ScheduledDrafter[],
  paying: readonly ScheduledDrafter[],
): { readonly drafters: readonly [ScheduledDrafter, ScheduledDrafter]; readonly gain: number } | undefined {
  const copying = ordered.filter(({ candidate }) => draftsFromText(candidate.drafter));
  const others = paying.filter(({ candidate }) => !draftsFromText(candidate.drafter));
  const pairs = copying.flatMap((leading) =>
    others.flatMap((following) => {
      const gain = combinedGainOf(program, leading, following);
      return gain === undefined ? [] : [{ drafters: [leading, following] as const, gain }];
    }),
  );
  return best(pairs, ({ gain }) => gain);
}

/** What the objective gains over plain decoding by asking `first`, and `second` where that has nothing. */
function combinedGainOf(
  program: Program,
  first: ScheduledDrafter,
  second: ScheduledDrafter,
): number | undefined {
  const [leading, following] = [first, second].map(({ candidate }) => knownDrafting(program, candidate)) as [
    KnownDrafting,
    KnownDrafting,
  ];
  return combinedGain(program.pipeline, leading, following)?.gain;
}
