import { createLogitsTransform } from '../sampling/create-logits-transform.js';
import type { SamplingSettings } from '../sampling/sampling-settings.js';
import type { TableLaw } from './enumerate-joint-law.js';

/** The law that a table model serves: the table's, rounded to float32 logits, under the settings. */
export function servedLaw(law: TableLaw, vocabularySize: number, sampling: SamplingSettings = {}): TableLaw {
  return (history) => {
    const logits = new Float32Array(vocabularySize).fill(Number.NEGATIVE_INFINITY);
    const { tokens, probabilities } = law(history);
    for (const [index, probability] of probabilities.entries())
      logits[tokens === undefined ? index : (tokens[index] as number)] = Math.log(probability);
    // A transform of its own for every row: the rows are kept.
    return createLogitsTransform(sampling, vocabularySize).apply(logits, history, 0);
  };
}
