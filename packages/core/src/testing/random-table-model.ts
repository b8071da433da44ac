import type { LanguageModel } from '../contract/language-model.js';
import { randomTable } from './random-table.js';
import { createTableModel } from './table-model.js';

/** A model in which all tokens are likely after every history, by `randomTable`; with room for drafters in several parts. */
export function randomTableModel(seed: number, vocabularySize: number): LanguageModel {
  const law = randomTable(seed, vocabularySize, 'smooth');
  return createTableModel({ law, vocabularySize, maximumSequences: 16 });
}
