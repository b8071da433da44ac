import type { OpenModels } from '../engines/open-models.js';
import { draftParts, isModelPart } from '../options/draft-parts.js';
import type { ModelSelection } from '../options/model-options.js';

/**
 * What a chat goes on with after `/model FILE [DRAFT]`: of the options that say how the drafter before drafts those that the
 * other one takes too, since within a chat none can be unset.
 *
 * @param present answers until the others are open, and takes its memory until then.
 */
export function switchedModels<Selection extends ModelSelection>(
  selection: Selection,
  present: Pick<OpenModels, 'target' | 'draft'>,
  { model, draft }: { readonly model: string; readonly draft: string | undefined },
): Selection {
  const { draftBackend, foreignDraft, source, corpus, nGramStore } = selection;
  const parts = draftParts(draft ?? 'none');
  const hasModel = parts.some(isModelPart);
  return {
    ...selection,
    model,
    draft,
    draftBackend: hasModel ? draftBackend : undefined,
    foreignDraft: hasModel ? foreignDraft : undefined,
    combine: undefined,
    stage: undefined,
    tree: undefined,
    source: parts.includes('input-copy') ? source : undefined,
    corpus: parts.includes('n-gram') ? corpus : undefined,
    nGramStore: parts.includes('n-gram') ? nGramStore : undefined,
    beside: [present.target, present.draft].filter((open) => open !== undefined),
  };
}
