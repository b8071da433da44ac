import { verificationRules } from '@foretoken/core';
import { draftsFromText } from '../pipeline/drafter-label.js';
import type { Pipeline, PipelineDrafter } from '../pipeline/pipeline-schema.js';
import { type TreeAcceptance, treeAcceptance } from '../prediction/tree-acceptance.js';
import { type TreeCosts, treeCostsOf } from '../prediction/tree-costs.js';
import type { ModelConfiguration, Profile, TreeAcceptanceEntry } from '../profile/profile-schema.js';

/** What a profile knows of a drafter's trees. */
export interface KnownTrees {
  readonly costs: TreeCosts;
  /** By the rule under which it was measured, at least one. */
  readonly acceptance: ReadonlyMap<string, TreeAcceptance>;
}

/**
 * @param entries of trees of the drafter's model or head, with the pipeline's sampling settings and the candidate's weights.
 * @returns why it drafts chains, where nothing is known of its trees.
 */
export function knownTrees(
  drafter: PipelineDrafter,
  profile: Profile,
  target: ModelConfiguration,
  entries: readonly TreeAcceptanceEntry[],
): KnownTrees | string {
  if (drafter.kind === 'draft-model') {
    if ((drafter.vocabulary ?? 'same') !== 'same') return 'a model of another vocabulary drafts no trees';
    if (drafter.stage !== undefined) return 'a staged draft is a chain';
  } else if (drafter.kind === 'head') {
    if (drafter.head === 'mlp-speculator') return 'this head drafts no trees';
  } else if (draftsFromText(drafter)) return 'what copies text drafts no trees';
  const costs = treeCostsOf(profile, target);
  if (typeof costs === 'string') return costs;
  const acceptance = new Map<string, TreeAcceptance>();
  // Texts lie so far apart that a few of them tell nothing of the others.
  const counted = entries.filter(({ promptsUsed, promptCount }) => 2 * promptsUsed >= promptCount);
  const [first] = entries;
  if (first !== undefined && counted.length === 0)
    return `the acceptance of its trees was counted on ${first.promptsUsed} of ${first.promptCount} prompts: foretoken profile goes on with the others`;
  for (const entry of counted) {
    const data = treeAcceptance(entry);
    if (data.widest > 0 && data.rounds > (acceptance.get(entry.rule)?.rounds ?? 0))
      acceptance.set(entry.rule, data);
  }
  return acceptance.size === 0
    ? 'the acceptance of its trees was not measured with these settings'
    : { costs, acceptance };
}

/** Rules for trees in the order in which they are taken where none is asked for: the first accepts the most. */
const preferred = ['traversal', 'recursive-rejection', 'k-seq'];

/**
 * The acceptance of trees under the rule that a pipeline permits for them, and that rule.
 *
 * @returns why there is none.
 */
export function permittedTrees(
  { rule: asked = 'auto', seedContract, sampling }: Pipeline,
  { acceptance }: KnownTrees,
): { readonly rule: string; readonly acceptance: TreeAcceptance } | string {
  const greedy = sampling?.temperature === 0;
  const wanted = asked === 'auto' && seedContract === 'text' ? 'sample-match' : asked;
  if (wanted !== 'auto' && verificationRules.get(wanted)?.trees !== true)
    return `the rule ${wanted} takes no trees`;
  if (greedy && wanted === 'k-seq')
    return 'the rule k-seq takes no trees of certain guesses, as greedy ones are';
  const of = (rule: string): TreeAcceptance | undefined => acceptance.get(rule);
  if (greedy) {
    // All other rules accept the same there.
    const [measured] = [...acceptance.values()].filter(({ rule }) => rule !== 'k-seq');
    if (measured === undefined) return 'the acceptance of its trees was not measured';
    return { rule: wanted === 'auto' ? (preferred[0] as string) : wanted, acceptance: measured };
  }
  const rule = wanted === 'auto' ? preferred.find((name) => of(name) !== undefined) : wanted;
  const measured = rule === undefined ? undefined : of(rule);
  return rule === undefined || measured === undefined
    ? `the acceptance of its trees was measured with ${[...acceptance.keys()].join(', ')}, and not with ${rule ?? preferred[0]}: foretoken profile --rule ${rule ?? preferred[0]} measures it`
    : { rule, acceptance: measured };
}
