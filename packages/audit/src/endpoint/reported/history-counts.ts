import type { DrawnToken } from '../draw-source.js';
import { historyKey, isExact } from '../law-book.js';
import { type ReportedLaw, rankOf } from '../reported-law.js';

/** Draws of the next token after one history of one prompt. */
export interface HistoryTable {
  /** Index of the prompt. */
  readonly prompt: number;
  readonly history: readonly DrawnToken[];
  readonly law: ReportedLaw;
  /** By rank in the law; the last entry is all tokens that were not reported. */
  readonly counts: readonly number[];
  readonly draws: number;
}

/** Counts the tokens at one position by prompt and history. */
export class HistoryCounts {
  /** From 1. */
  readonly position: number;
  readonly #tables = new Map<string, HistoryTable & { readonly counts: number[]; draws: number }>();

  constructor(position: number) {
    this.position = position;
  }

  observe(prompt: number, history: readonly DrawnToken[], law: ReportedLaw, key: string): void {
    if (!isExact(history)) return;
    const tableKey = `${prompt} ${historyKey(history)}`;
    let table = this.#tables.get(tableKey);
    if (table === undefined) {
      const counts = new Array<number>(law.tokens.length + 1).fill(0);
      table = { prompt, history, law, counts, draws: 0 };
      this.#tables.set(tableKey, table);
    }
    const rank = rankOf(table.law, key);
    table.counts[rank] = (table.counts[rank] as number) + 1;
    table.draws += 1;
  }

  tables(): readonly HistoryTable[] {
    return [...this.#tables.values()];
  }
}
