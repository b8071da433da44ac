import { InvalidArgumentError as UsageError, Option } from '@commander-js/extra-typings';
import {
  createAdaptiveTreeShape,
  createModelDrafter,
  createModelTreeDrafter,
  type Drafter,
  type DraftTreeKind,
  InvalidArgumentError,
  type LanguageModel,
  verificationRules,
} from '@foretoken/core';
import { calibrateTreePasses } from '../benchmark/calibrate.js';
import type { DraftLength } from './draft-length.js';
import { draftParts } from './draft-parts.js';

/** Most nodes of a tree: with the last committed token they are one pass. */
const mostNodes = 63;
const defaultRule = 'traversal';
/** Tokens of each drafter in a tree of several. */
const mergedLength = 4;

/** What `--tree` asks for. */
export interface DraftTree {
  /** As it was written. */
  readonly text: string;
  /** Undefined: chosen round by round, by measured costs. */
  readonly kind: DraftTreeKind | undefined;
  readonly nodes: number;
}

/** Parses `2,2,1`, `sampled:16`, `dynamic:16` or `auto`. */
function parseTree(text: string): DraftTree {
  const trimmed = text.trim();
  if (trimmed === 'auto') return { text: trimmed, kind: undefined, nodes: mostNodes };
  const grown = /^(sampled|dynamic):(\d{1,2})$/.exec(trimmed);
  if (grown !== null) {
    const kind = grown[1] as 'sampled' | 'dynamic';
    const nodes = Number(grown[2]);
    if (nodes >= 1 && nodes <= mostNodes) return { text: trimmed, kind: { kind, nodes }, nodes };
  }
  if (/^\d{1,2}(,\d{1,2})*$/.test(trimmed)) {
    const widths = trimmed.split(',').map(Number);
    const nodes = countNodes(widths);
    if (nodes >= 1 && nodes <= mostNodes) return { text: trimmed, kind: { kind: 'static', widths }, nodes };
  }
  throw new UsageError(
    `--tree takes the children of a node by level, such as "2,2,1", or "sampled:N", "dynamic:N" or "auto"; at most ${mostNodes} nodes.`,
  );
}

export const treeOption = new Option(
  '--tree <shape>',
  'draft trees: children by level, such as "2,2,1"; "sampled:16", deep where the draft is sure, wide where not; "dynamic:16", the 16 most likely nodes; "auto" adapts to measured costs',
).argParser(parseTree);

/** Drafts with a model: trees where they are asked for; an automatic one is measured for here. */
export async function createDrafter(
  tree: DraftTree | undefined,
  target: LanguageModel,
  model: LanguageModel,
  signal: AbortSignal | undefined,
): Promise<Drafter> {
  if (tree === undefined) return createModelDrafter({ model, target });
  if (tree.kind !== undefined) return createModelTreeDrafter({ model, target, tree: tree.kind });
  const chooser = createAdaptiveTreeShape(await calibrateTreePasses(target, model, signal));
  return createModelTreeDrafter({ model, target, tree: { kind: 'chosen', chooser } });
}

/** What of a command's options decides whether drafts have branches. */
export interface BranchSelection {
  readonly draft?: string | undefined;
  readonly tree?: DraftTree | undefined;
  readonly combine?: string | undefined;
}

/** The option that asks for branches, if one does. */
export function branchingOption({ tree, combine }: BranchSelection): string | undefined {
  if (tree !== undefined) return '--tree';
  return combine === 'merge' ? '--combine merge' : undefined;
}

/** Tokens to draft a round: of trees all, unless a number says less. */
export function treeDraftLength(selection: BranchSelection, length: DraftLength): DraftLength {
  const { tree, draft = '' } = selection;
  if (length !== 'auto' || branchingOption(selection) === undefined) return length;
  return tree?.nodes ?? mergedLength * draftParts(draft).length;
}

/** @param isDefault true where nobody asked for the rule. @throws InvalidArgumentError for a rule without trees. */
export function treeRule(selection: BranchSelection, rule: string, isDefault: boolean): string {
  const option = branchingOption(selection);
  if (option === undefined || verificationRules.get(rule)?.trees === true) return rule;
  if (isDefault) return defaultRule;
  const names = [...verificationRules.values()].filter(({ trees }) => trees).map(({ name }) => name);
  throw new InvalidArgumentError(
    `The rule ${rule} takes no trees: with ${option} give ${names.join(' or ')}.`,
  );
}

/** Nodes of an expansion; not a number above 0 where a level has none. */
function countNodes(widths: readonly number[]): number {
  let nodes = 0;
  let level = 1;
  for (const width of widths) {
    level *= width;
    if (level === 0) return 0;
    nodes += level;
  }
  return nodes;
}
