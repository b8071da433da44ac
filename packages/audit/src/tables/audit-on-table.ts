import { createLogitsTransform, type VerificationRule } from '@foretoken/core';
import type { LawResult } from '../law/law-result.js';
import { LawWatch } from '../law/law-watch.js';
import type { AuditSubject } from '../subject/audit-subject.js';
import { errorText } from '../subject/error-text.js';
import { drawContinuation } from '../subject/draw-continuation.js';
import { type AuditTable, targetLaw } from './audit-table.js';

/** Tokens whose joint law is audited. */
const auditedTokens = 3;

export interface TableAuditOptions {
  readonly draws: number;
  readonly seed: number;
  /** Of the intervals. */
  readonly confidence: number;
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the draws done. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** What the draws of one subject on one table showed. */
export interface TableAudit {
  readonly subject: string;
  readonly rule: VerificationRule['name'];
  readonly table: string;
  /** Laws of the first token, the first two, and all three. */
  readonly laws: readonly LawResult[];
  readonly milliseconds: number;
  /** Why it ended before its planned draws, where an error ended it. */
  readonly error: string | undefined;
}

const progressStep = 500;

/**
 * Layer 1 by sampling: the joint law of three tokens that the shipped decode loop gives on a table, over all sequences
 * of its vocabulary. An error ends the draws; what was counted until then is kept.
 */
export async function auditOnTable(
  subject: AuditSubject,
  table: AuditTable,
  options: TableAuditOptions,
): Promise<TableAudit> {
  const { draws, seed, signal, onProgress } = options;
  const watches = tableWatches(table, options);
  const transform = createLogitsTransform(table.sampling, table.vocabularySize);
  const start = performance.now();
  let error: string | undefined;
  try {
    const drafter = await subject.createDrafter(subject.models);
    try {
      // A draft may have no more nodes than there are tokens to come: a tree needs more than those that are audited.
      const count = Math.max(auditedTokens, table.draftLength + 1);
      const shared = { drafter, transform, prompt: table.prompt, count, seed };
      for (let request = 0; request < draws && signal?.aborted !== true; request++) {
        const tokens = await drawContinuation(subject, { ...shared, request });
        let cell = 0;
        for (const [index, watch] of watches.entries()) {
          cell = cell * table.vocabularySize + (tokens[index] as number);
          watch.observe(cell);
        }
        if (request % progressStep === 0) {
          onProgress?.(request);
          // Lets timers and Ctrl-C in: a table's passes never leave the microtasks.
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    } finally {
      await drafter.close();
    }
  } catch (thrown) {
    error = errorText(thrown);
  }
  return {
    subject: subject.name,
    rule: subject.rule.name,
    table: table.name,
    laws: watches.map((watch) => watch.result()),
    milliseconds: performance.now() - start,
    error,
  };
}

function tableWatches(table: AuditTable, { draws, confidence }: TableAuditOptions): LawWatch[] {
  const { vocabularySize } = table;
  return Array.from({ length: auditedTokens }, (_, index) => {
    const position = index + 1;
    const exact = targetLaw(table, position);
    // Cells are the sequences, read as digits to the base of the vocabulary size.
    const sequence = (cell: number): number[] =>
      Array.from(
        { length: position },
        (__, at) => Math.floor(cell / vocabularySize ** (position - 1 - at)) % vocabularySize,
      );
    return new LawWatch({
      name: position === 1 ? 'first token' : `first ${position} tokens`,
      position,
      probabilities: Float64Array.from(
        { length: vocabularySize ** position },
        (__, cell) => exact.get(sequence(cell).join(',')) ?? 0,
      ),
      describe: (cell) => `tokens ${sequence(cell).join(', ')}`,
      planned: draws,
      confidence,
    });
  });
}
