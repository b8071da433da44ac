import { compareGreedy, generateText, type GreedyDifference } from '@foretoken/core';
import type { AuditSubject } from '../subject/audit-subject.js';

/** A greedy text that speculation changed. */
export interface GreedyMismatch extends GreedyDifference {
  readonly subject: string;
  /** Index of the text that was continued. */
  readonly text: number;
}

export interface GreedyComparison {
  readonly subject: string;
  /** Texts continued both ways. */
  readonly count: number;
  readonly identical: number;
  readonly mismatches: readonly GreedyMismatch[];
}

/**
 * Continues texts greedily, plain and speculatively. The texts are equal but for rounding; where they part, says how far
 * the two tokens' logits are from each other and whether rounding explains that.
 *
 * @param texts token ids, [1 or more] each.
 * @param count tokens to generate.
 */
export async function compareGreedyTexts(
  subject: AuditSubject,
  texts: readonly (readonly number[])[],
  count: number,
  signal?: AbortSignal,
): Promise<GreedyComparison> {
  const { target } = subject.models;
  const mismatches: GreedyMismatch[] = [];
  let compared = 0;
  const drafter = await subject.createDrafter(subject.models);
  try {
    for (const [text, prompt] of texts.entries()) {
      if (isAborted(signal)) break;
      const sampling = { ...subject.sampling, temperature: 0 };
      const shared = { target, prompt, sampling, maximumTokens: count, ignoreEndTokens: true, signal };
      const plain = await generateText(shared);
      const { rule, draftLength } = subject;
      const speculative = await generateText({ ...shared, rule, draftLength, drafter });
      if (isAborted(signal)) break;
      compared += 1;
      const difference = await compareGreedy(target, prompt, plain.tokens, speculative.tokens, {
        trees: rule.trees,
      });
      if (difference !== undefined) mismatches.push({ ...difference, subject: subject.name, text });
    }
  } finally {
    await drafter.close();
  }
  return { subject: subject.name, count: compared, identical: compared - mismatches.length, mismatches };
}

/** A call, since the compiler takes an earlier check for a fact. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
