import type { LanguageModel } from '@foretoken/core';
import { readGguf } from '@foretoken/models';
import { type EngineSelection, loadModel } from './backends.js';
import { loadBeside } from './load-beside.js';

/**
 * Loads a draft model beside its target and what else is open, with no longer a context than it was trained for. Where the
 * text is longer, it drafts nothing.
 *
 * @throws what `loadBeside` and `loadModel` throw.
 */
export async function loadDraftModel(
  open: readonly LanguageModel[],
  backend: string,
  source: string,
  selection: EngineSelection,
): Promise<LanguageModel> {
  const contextLength = await ownContext(source, selection.contextLength);
  return loadBeside(open, (memoryLimit) =>
    loadModel(backend, source, { ...selection, contextLength, memoryLimit }),
  );
}

async function ownContext(source: string, wanted: number | undefined): Promise<number | undefined> {
  if (wanted === undefined || !source.endsWith('.gguf')) return wanted;
  const { metadata } = await readGguf(source);
  const trained = metadata.get(`${String(metadata.get('general.architecture'))}.context_length`);
  return typeof trained === 'number' ? Math.min(wanted, trained) : wanted;
}
