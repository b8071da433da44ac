import {
  createLogitsTransform,
  type Distribution,
  type DrafterModels,
  type LanguageModel,
  type SamplingSettings,
} from '@foretoken/core';
import { createTableHeads, createTableModel, jointLaw, type TableLaw } from '@foretoken/core/testing';

/** Two languages over a tiny vocabulary, one for the target and one for the draft, and how they are decoded. */
export interface AuditTable {
  readonly name: string;
  readonly vocabularySize: number;
  readonly target: TableLaw;
  readonly draft: TableLaw;
  readonly sampling: SamplingSettings;
  /** Token ids; repeats itself, so that prompt lookup has something to propose. */
  readonly prompt: readonly number[];
  /** Tokens to draft a round. */
  readonly draftLength: number;
  /** For trees: children of every node, by depth, as far as the draft length goes. */
  readonly widths?: readonly number[] | undefined;
}

/** The table's two languages as models, with heads; sequences enough for a target, a draft and forks. */
export function tableModels(table: AuditTable): Required<DrafterModels> {
  const { vocabularySize } = table;
  const [target, draft] = [table.target, table.draft].map((law) =>
    createTableModel({ law, vocabularySize, maximumSequences: 16 }),
  ) as [LanguageModel, LanguageModel];
  return { target, draft, heads: createTableHeads(vocabularySize) };
}

/**
 * A language after the sampling settings.
 *
 * @param read the tokens that the model has read.
 * @param counted the tokens that penalties and masks look at: the same ones, but in a faulty loop.
 */
export type DecodedLaw = (read: readonly number[], counted?: readonly number[]) => Distribution;

/** A table's language as decoding sees it: through the model's float32 logits and the settings. */
export function decodedLaw(
  law: TableLaw,
  { vocabularySize, sampling }: Pick<AuditTable, 'vocabularySize' | 'sampling'>,
): DecodedLaw {
  const transform = createLogitsTransform(sampling, vocabularySize);
  const known = new Map<string, Distribution>();
  return (read, counted = read) => {
    const key = `${read.join(',')}|${counted.join(',')}`;
    let distribution = known.get(key);
    if (distribution === undefined) {
      const { tokens, probabilities } = transform.apply(logitsOf(law(read), vocabularySize), counted, 0);
      distribution = { tokens: tokens?.slice(), probabilities: probabilities.slice() };
      known.set(key, distribution);
    }
    return distribution;
  };
}

/** The joint law of the first `count` tokens after the prompt, that decoding the table must give. */
export function targetLaw(table: AuditTable, count: number): Map<string, number> {
  const law = decodedLaw(table.target, table);
  return jointLaw((history) => law([...table.prompt, ...history]), count);
}

function logitsOf({ tokens, probabilities }: Distribution, vocabularySize: number): Float32Array {
  const logits = new Float32Array(vocabularySize).fill(Number.NEGATIVE_INFINITY);
  for (const [index, probability] of probabilities.entries())
    logits[tokens === undefined ? index : (tokens[index] as number)] = Math.log(probability);
  return logits;
}
