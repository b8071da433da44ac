import {
  createCombinedDrafter,
  createInputCopyDrafter,
  createNGramDrafter,
  createPromptLookupDrafter,
  createStagedDrafter,
  type Drafter,
  type HeadModel,
  type LanguageModel,
} from '@foretoken/core';
import { tinyModels } from '@foretoken/tiny-models';
import { readCorpus } from '../n-gram/corpus-file.js';
import { openPastOutputs, type PastOutputsFile } from '../n-gram/past-outputs-file.js';
import { draftModel } from '../options/draft-model.js';
import { isTextPart, type TextPart } from '../options/draft-parts.js';
import { createDrafter } from '../options/draft-tree.js';
import { foreignDrafts } from '../options/foreign-draft.js';
import { type ModelSelection, modelPath } from '../options/model-options.js';
import { readText } from '../options/prompt-input.js';
import { type EngineSelection, selectionFor } from './backends.js';
import { loadDraftModel } from './load-draft-model.js';
import { createHeadDrafter, isHeadName, openHead } from './heads.js';

/** What drafts, and what it drafts with. */
export interface OpenDrafter {
  readonly draft: LanguageModel | undefined;
  /** What the drafter drafts with, where that is a head. */
  readonly head: HeadModel | undefined;
  readonly drafter: Drafter | undefined;
  /** Where the output is kept for later runs, if anywhere. */
  readonly pastOutputs: PastOutputsFile | undefined;
  close(): Promise<void>;
}

/**
 * Opens the drafters that were asked for, and combines several; closes what is open where one fails.
 *
 * @param parts as `checkDraftSelection` gives them.
 */
export async function openDrafter(
  parts: readonly string[],
  selection: ModelSelection,
  target: LanguageModel,
  options: EngineSelection,
): Promise<OpenDrafter> {
  const { signal } = options;
  const open: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const opened of open.toReversed()) await opened.close();
  };
  let draft: LanguageModel | undefined;
  let head: HeadModel | undefined;
  let pastOutputs: PastOutputsFile | undefined;

  async function openText(part: TextPart): Promise<Drafter> {
    if (part === 'prompt-lookup') return createPromptLookupDrafter();
    if (part === 'input-copy') {
      const { source } = selection;
      return createInputCopyDrafter({
        source: source === undefined ? undefined : target.tokenizer.encode(await readText(source)),
      });
    }
    const { corpus = [], nGramStore } = selection;
    const corpora = await Promise.all(corpus.map(readCorpus));
    if (nGramStore !== undefined) pastOutputs ??= await openPastOutputs(nGramStore, target.tokenizer);
    const texts = corpora.map((text) => target.tokenizer.encode(text));
    return createNGramDrafter({ corpora: [...texts, ...(pastOutputs?.texts ?? [])] });
  }

  async function openModelDrafter(part: string): Promise<Drafter> {
    const { backend, draftBackend = backend, draftWeightFormat: weightFormat } = selection;
    const { foreignDraft, stage, tree } = selection;
    const { file, ...layers } = draftModel(part, modelPath(selection.model, tinyModels.target));
    const { draftThreads: threads = options.threads, draftKvType: kvType = options.kvType } = selection;
    const own = selectionFor(draftBackend, [backend, draftBackend], options);
    const settings = { ...own, ...layers, threads, kvType, weightFormat };
    const model = await loadDraftModel([...(selection.beside ?? []), target], draftBackend, file, settings);
    open.push(model);
    draft = model;
    if (foreignDraft !== undefined) return foreignDrafts[foreignDraft]({ model, target });
    if (stage !== undefined) return createStagedDrafter({ model, target, drafter: await openText(stage) });
    return createDrafter(tree, target, model, signal);
  }

  async function openPart(part: string): Promise<Drafter> {
    if (isTextPart(part)) return openText(part);
    if (!isHeadName(part)) return openModelDrafter(part);
    head = await openHead(part, options, signal);
    open.push(head);
    return createHeadDrafter(head, target, selection.tree?.kind);
  }

  try {
    const drafters: Drafter[] = [];
    for (const part of parts) {
      const drafter = await openPart(part);
      open.push(drafter);
      drafters.push(drafter);
    }
    return { draft, head, drafter: combine(drafters), pastOutputs, close };
  } catch (error) {
    await close();
    throw error;
  }

  /**
   * A combination closes its drafters, each of which may be closed twice. A single free drafter is one as well: its drafts
   * are judged before they are used.
   */
  function combine(drafters: readonly Drafter[]): Drafter | undefined {
    const { combine: combination = 'estimate', known } = selection;
    if (drafters.length < 2 && drafters[0]?.isFree !== true) return drafters[0];
    return createCombinedDrafter({ drafters, combination, known });
  }
}
