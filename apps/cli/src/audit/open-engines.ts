import type { AuditEngine } from '@foretoken/audit';
import type { HeadModel, LanguageModel } from '@foretoken/core';
import { tinyModels } from '@foretoken/tiny-models';
import { loadModel, selectionFor } from '../engines/backends.js';
import { headNames, openHead } from '../engines/heads.js';
import { draftModel, type DraftModel } from '../options/draft-model.js';
import { draftOf } from '../options/draft-parts.js';
import { engineSelection, modelPath, type ModelSelection } from '../options/model-options.js';
import { openGrammar, type StructureSelection } from '../options/structure-options.js';

/** Sequences of each model: sixteen that read rows, and for each of eight decode loops a prefix and its fork. */
export const maximumSequences = 48;

export interface AuditSelection
  extends Omit<ModelSelection, 'backend' | 'draftBackend' | 'foreignDraft'>,
    StructureSelection {
  readonly backend: readonly string[];
  /** Names of the drafters to audit. */
  readonly drafter: readonly string[];
  /** Prefixes and texts are short, and every sequence takes its context's memory. */
  readonly context: number;
}

export interface OpenEngines {
  readonly engines: readonly AuditEngine[];
  close(): Promise<void>;
}

/** Loads target and draft on every engine, and the embedded target's heads once; closes what is open where one fails. */
export async function openEngines(selection: AuditSelection, signal: AbortSignal): Promise<OpenEngines> {
  const { model } = selection;
  const options = { ...engineSelection(selection, signal), maximumSequences };
  const draftName = draftOf(selection);
  const open: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const opened of open.toReversed()) await opened.close();
  };
  try {
    const engines: AuditEngine[] = [];
    const heads = new Map<string, HeadModel>();
    for (const name of headNames) {
      if (model !== 'embedded' || !selection.drafter.includes(name)) continue;
      const head = await openHead(name, options, signal);
      open.push(head);
      heads.set(name, head);
    }
    for (const name of selection.backend) {
      const load = async ({ file, ...layers }: DraftModel): Promise<LanguageModel> => {
        const own = selectionFor(name, selection.backend, options);
        const loaded = await loadModel(name, file, { ...own, ...layers });
        open.push(loaded);
        return loaded;
      };
      const file = modelPath(model, tinyModels.target);
      const target = await load({ file });
      const drafts = draftName === 'none' ? undefined : await load(draftModel(draftName, file));
      const grammar = await openGrammar(selection, target.tokenizer);
      engines.push({ name, models: { target, draft: drafts, heads }, grammar });
    }
    return { engines, close };
  } catch (error) {
    await close();
    throw error;
  }
}
