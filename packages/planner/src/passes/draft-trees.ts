import type { TreeShape } from '@foretoken/core';
import { parentsOfWidths } from '../measuring/parents-of-widths.js';
import { draftsFromText } from '../pipeline/drafter-label.js';
import { bestLength, type Evaluation, evaluate, requiredGain } from '../prediction/evaluate-drafting.js';
import {
  bestTree,
  evaluateTree,
  predictTree,
  type TreeDrafting,
  type TreePrediction,
} from '../prediction/evaluate-tree.js';
import { acceptanceOf } from './acceptance-of.js';
import { permittedTrees } from './known-trees.js';
import type { Candidate, Pass, Program, TreeChoice } from './program.js';
import { best, candidateScore, plainScore } from './scores.js';
import { ratio, ratioWithInterval, shapeText } from './texts.js';

/**
 * Decides for every drafter whether it drafts trees, and of what shape: the best one by measured acceptance by depth and
 * rank and by what passes over trees cost, where that is better than its best chain by what drafting must add. Where the
 * pipeline names a shape, that one and no chain.
 */
export const draftTrees: Pass = {
  name: 'draft-trees',
  run(program) {
    const outcomes = program.candidates.map((candidate) => ({ candidate, ...decide(program, candidate) }));
    const kept = outcomes.filter(({ isDropped }) => !isDropped);
    const candidates = kept.map(({ candidate, tree }) =>
      tree === undefined ? candidate : { ...candidate, tree },
    );
    const decisions: string[] = [];
    for (const label of new Set(program.candidates.map((candidate) => candidate.label))) {
      const ofLabel = outcomes.filter(({ candidate }) => candidate.label === label);
      const chosen = best(ofLabel, ({ candidate, tree }) =>
        candidateScore(program, tree === undefined ? candidate : { ...candidate, tree }),
      );
      if (chosen !== undefined && !draftsFromText(chosen.candidate.drafter))
        decisions.push(`${label} ${chosen.text}`);
    }
    if (decisions.length === 0) decisions.push('nothing drafts that could draft trees');
    return { program: { ...program, candidates }, decisions };
  },
};

/**
 * The score that a drafter would have after this pass: of its best trees where they beat its chains, of plain decoding where
 * it would be dropped.
 */
export function scoreWithTrees(program: Program, candidate: Candidate): number {
  const { tree, isDropped } = decide(program, candidate);
  if (isDropped === true) return plainScore(program, candidate.target);
  return candidateScore(program, tree === undefined ? candidate : { ...candidate, tree });
}

interface Outcome {
  /** Undefined: it drafts chains. */
  readonly tree?: TreeChoice;
  /** True where the pipeline asks for a shape that does not pay. */
  readonly isDropped?: boolean;
  /** What becomes of the drafter, after its name. */
  readonly text: string;
}

function decide(program: Program, candidate: Candidate): Outcome {
  const { pipeline } = program;
  const { trees } = candidate;
  const asked = askedShape(candidate);
  const without = (reason: string): Outcome =>
    asked === undefined
      ? { text: `drafts chains: ${reason}` }
      : { text: `is dropped: it is to draft trees, and ${reason}`, isDropped: true };
  if (typeof trees === 'string') return without(trees);
  const permitted = permittedTrees(pipeline, trees);
  if (typeof permitted === 'string') return without(permitted);
  const { rule, acceptance } = permitted;
  const { costs, energy } = candidate;
  const drafting: TreeDrafting = { costs, energy, acceptance, treeCosts: trees.costs };
  const found = asked === undefined ? bestTree(drafting, pipeline) : evaluated(drafting, pipeline, asked);
  const plain = evaluate(candidate, pipeline, undefined, 0);
  if (plain === undefined) return without('nothing is known of plain decoding');
  if (found === undefined)
    return without(
      evaluateTree(drafting, pipeline, { parents: [-1] }) === undefined
        ? 'the costs of trees that the objective asks for were not measured'
        : asked === undefined
          ? 'no tree is better than plain decoding or a chain'
          : 'this one is larger than those that were measured',
    );
  const { shape, evaluation } = found;
  const chain = asked === undefined ? chainOf(program, candidate) : undefined;
  const gain = Math.exp(evaluation.score - (chain ?? plain).score);
  const against =
    chain === undefined || chain.length === 0
      ? 'plain decoding'
      : `its best chain, of ${chain.length} tokens`;
  const described = `trees of ${shapeText(shape)}`;
  const prediction = predictTree(drafting, pipeline, shape);
  if (gain < requiredGain || prediction === undefined) {
    return asked === undefined
      ? {
          text: `drafts chains: the best trees, of ${shapeText(shape)}, would be ${ratio(gain)} of ${against}, and have to be ${ratio(requiredGain)}`,
        }
      : { text: `is dropped: ${described} would be ${ratio(gain)} of plain decoding`, isDropped: true };
  }
  return {
    tree: { shape, rule, drafting, evaluation, prediction },
    text: `drafts ${described}: ${ratio(gain)} of ${against} by the objective, ${textOf(prediction)} with the rule ${rule}`,
  };
}

function textOf({ speedup, committedTokens }: TreePrediction): string {
  return `${ratioWithInterval(speedup)} of plain decoding and ${committedTokens.toFixed(2)} tokens a round`;
}

/** The best chain, or plain decoding where none pays. */
function chainOf(program: Program, candidate: Candidate): Evaluation | undefined {
  return bestLength(candidate, program.pipeline, acceptanceOf(program, candidate));
}

function evaluated(
  drafting: TreeDrafting,
  pipeline: Program['pipeline'],
  shape: TreeShape,
): ReturnType<typeof bestTree> {
  const evaluation = evaluateTree(drafting, pipeline, shape);
  return evaluation && { shape, evaluation };
}

/** The shape that the pipeline names; undefined: whichever is best. */
function askedShape({ drafter }: Candidate): TreeShape | undefined {
  if (!('tree' in drafter) || drafter.tree === undefined || drafter.tree === 'auto') return undefined;
  return { parents: parentsOfWidths(drafter.tree.split(',').map(Number)) };
}
