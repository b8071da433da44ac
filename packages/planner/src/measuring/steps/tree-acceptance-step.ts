import { isDeepStrictEqual } from 'node:util';
import type { Drafter, DraftTreeKind } from '@foretoken/core';
import type { Profile, TreeAcceptanceEntry } from '../../profile/profile-schema.js';
import { parentsOfWidths } from '../parents-of-widths.js';
import type { ProfileStep } from '../profile-step.js';
import { RankCounts } from '../rank-counts.js';
import { addRounds, noRounds, plainRounds } from '../round-contexts.js';
import { createRecordingTreeDrafter } from '../recording-tree-drafter.js';
import { type DraftingPair, isOnPrompts, pairFields } from './drafting-pair.js';
import { hashPrompts, keptTokens, runPrompt } from './prompt-run.js';

/** Children of a node by depth. */
const widths = [4, 2, 1, 1];
const nodes = parentsOfWidths(widths).length;

/** A target, and what drafts trees for it. */
export interface TreePair extends Omit<DraftingPair, 'drafter'> {
  /** As the drafter calls itself. */
  readonly name: string;
  readonly createDrafter: (tree: DraftTreeKind) => Drafter;
}

/**
 * Acceptance by depth and rank of trees of one shape, on prompts. Every prompt that is done counts, and a later run goes on
 * with the next.
 */
export function treeAcceptanceStep(
  pair: TreePair,
  { prompts, clock }: { readonly prompts: readonly (readonly number[])[]; readonly clock: () => number },
): ProfileStep {
  const { target, sampling, rule } = pair;
  const promptsSha256 = hashPrompts(prompts);
  const fields = pairFields({ ...pair, drafter: { name: pair.name } });
  const find = (profile: Profile): TreeAcceptanceEntry | undefined =>
    profile.treeAcceptance.find(
      (entry) => isOnPrompts(entry, fields, promptsSha256) && isDeepStrictEqual(entry.widths, widths),
    );
  return {
    name: `acceptance of trees of ${pair.name}`,
    weight: 4,
    isDone: (profile) => find(profile)?.promptsUsed === prompts.length,
    async measure(profile, milliseconds, signal) {
      const started = clock();
      let entry = find(profile);
      const drafter = pair.createDrafter({ kind: 'static', widths });
      try {
        for (let index = entry?.promptsUsed ?? 0; index < prompts.length; index++) {
          const counts = new RankCounts();
          const shared = { target: target.model, sampling, rule, signal, draftLength: nodes };
          const recording = createRecordingTreeDrafter(drafter, counts);
          const prompt = prompts[index] as readonly number[];
          const promptTokens = keptTokens(target.model, prompt);
          let tokens = 0;
          let drafting = noRounds;
          const done = await runPrompt({ ...shared, drafter: recording }, prompt, index, (round) => {
            drafting = addRounds(drafting, { rounds: 1, contextTokens: promptTokens + tokens });
            tokens += round.committedCount;
          });
          if (!done) return;
          if (entry === undefined) {
            const prompted = { promptsSha256, promptCount: prompts.length, promptsUsed: 0 };
            const contexts = { plain: noRounds, drafting: noRounds };
            entry = { ...fields, widths: [...widths], ...prompted, ranks: [], contexts };
            profile.treeAcceptance.push(entry);
          }
          const sum = new RankCounts(entry.ranks);
          sum.add(counts.ranks());
          entry.ranks = sum.ranks();
          // Where an older file has none, nothing is known of its prompts.
          if (entry.contexts !== undefined)
            entry.contexts = {
              plain: addRounds(entry.contexts.plain, plainRounds(tokens, promptTokens)),
              drafting: addRounds(entry.contexts.drafting, drafting),
            };
          entry.promptsUsed += 1;
          if (clock() - started > milliseconds) return;
        }
      } finally {
        await drafter.close();
      }
    },
  };
}
